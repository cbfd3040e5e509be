import { isBusy, stepOf, type PlayState } from '../state/play-state.ts';
import { progressText, statusText } from '../state/words.ts';
import { button, element, setAttributes, setText } from '@halftone/page/elements';

/** What the buttons do. */
export interface ControlActions {
  readonly train: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
}

/** Where a training stands for the first button: its name stays in one place, so that the focus does. */
const MAIN = {
  idle: ['train', 'Train'],
  preparing: ['pause', 'Pause'],
  training: ['pause', 'Pause'],
  paused: ['resume', 'Resume'],
  stopped: ['train', 'Train again'],
  done: ['train', 'Train again'],
  lost: ['train', 'Train from the start'],
  failed: ['train', 'Train from the start'],
} as const satisfies Record<PlayState['phase'], readonly [keyof ControlActions, string]>;

/** Buttons, bar and the sentence that is read out. */
export class Controls {
  readonly element: HTMLElement;
  readonly #main: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #bar: HTMLProgressElement;
  readonly #progress: HTMLElement;
  readonly #status: HTMLElement;
  #state: PlayState | null = null;

  constructor(actions: ControlActions) {
    this.#main = button('Train', { class: 'playground-main', 'data-action': 'train' }, () => {
      if (this.#state !== null && canPressMain(this.#state)) actions[MAIN[this.#state.phase][0]]();
    });
    this.#stop = button('Stop', { 'data-action': 'stop' }, () => {
      if (this.#state !== null && canStop(this.#state)) actions.stop();
    });
    this.#bar = element('progress', { 'aria-label': 'Progress of the training', max: 1, value: 0 });
    this.#progress = element('span', { class: 'playground-progress-text', 'data-progress': '' });
    this.#status = element('p', { class: 'playground-status', role: 'status', 'data-status': '' });
    this.element = element(
      'div',
      { class: 'playground-controls' },
      element('div', { class: 'playground-buttons' }, this.#main, this.#stop, this.#status),
      element('div', { class: 'playground-progress' }, this.#bar, this.#progress),
    );
  }

  show(state: PlayState): void {
    this.#state = state;
    const [action, text] = MAIN[state.phase];
    setText(this.#main, text);
    setAttributes(this.#main, { 'data-action': action, 'aria-disabled': canPressMain(state) ? null : 'true' });
    setAttributes(this.#stop, { 'aria-disabled': canStop(state) ? null : 'true' });
    if (state.phase === 'preparing') this.#bar.removeAttribute('value');
    else this.#bar.value = stepOf(state) / state.settings.steps;
    this.#bar.hidden = state.phase === 'idle';
    setText(this.#progress, progressText(state));
    setText(this.#status, statusText(state)); // changes with the state, not with each step
  }
}

function canPressMain({ phase, asked }: PlayState): boolean {
  return phase !== 'preparing' && asked === null;
}

function canStop(state: PlayState): boolean {
  return isBusy(state) && state.asked !== 'stop';
}
