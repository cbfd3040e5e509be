import type { PlayState, SavedRun } from '../state/play-state.ts';
import { isBusy } from '../state/play-state.ts';
import { savedText } from '../state/words.ts';
import { button, element, setText } from '@halftone/page/elements';

/** Offers to go on from the checkpoint that this browser holds. */
export class SavedBox {
  readonly element: HTMLElement;
  readonly #text: HTMLElement;
  readonly #button: HTMLButtonElement;
  #saved: SavedRun | null = null;

  constructor(onContinue: (saved: SavedRun) => void) {
    this.#text = element('p', { 'data-saved': '' });
    this.#button = button('Go on', { 'data-action': 'continue' }, () => {
      if (this.#saved !== null) onContinue(this.#saved);
    });
    this.element = element('div', { class: 'playground-saved', hidden: true }, this.#text, this.#button);
  }

  show(state: PlayState): void {
    this.#saved = state.saved;
    this.element.hidden = state.saved === null || isBusy(state) || (state.phase === 'done' && state.saved.step >= state.settings.steps);
    if (state.saved === null) return;
    const { step, settings } = state.saved;
    setText(this.#text, `Saved in this browser: ${savedText(state.saved)}.`);
    setText(this.#button, step >= settings.steps ? 'Open the finished run' : `Go on from step ${step}`);
  }
}
