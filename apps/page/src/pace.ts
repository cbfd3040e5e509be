/** Milliseconds between two drawings while news come in; fewer drawings where people asked for less motion. */
const DRAW_EVERY = { motion: 120, calm: 1000 } as const;

/** When something is drawn that changes many times a second. */
export interface Pace {
  /** Draws within a moment; what is asked for meanwhile is drawn along. */
  soon(): void;
  /** Draws at once. */
  now(): void;
  /** Forgets what was to be drawn. */
  cancel(): void;
}

/**
 * Draws what changes often a few times a second, and once a second for people who asked for less motion.
 *
 * @param draw - draws the state of that moment
 */
export function paceOf(draw: () => void): Pace {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const now = (): void => {
    cancel();
    draw();
  };
  return {
    now,
    cancel,
    soon: () => {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      timer ??= setTimeout(now, DRAW_EVERY[calm ? 'calm' : 'motion']);
    },
  };
}
