import { element, setText } from '@halftone/page/elements';

/** A line that a screen reader says, once things have come to rest. */
export interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
}

/**
 * Makes a polite live region. A slider that moves changes its text many times; only the last one is said.
 *
 * @param pause - milliseconds of rest before the text is said
 * @returns the region, visually hidden, and how to speak
 */
export function createAnnouncer(pause = 500): Announcer {
  const region = element('p', { class: 'ht-hidden', role: 'status' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    element: region,
    say(text) {
      clearTimeout(timer);
      timer = setTimeout(() => setText(region, text), pause);
    },
  };
}
