import { paceOf } from '@halftone/page/pace';
import type { ChartBoard } from '../charts/chart-board.ts';
import { openWorker, type TrainingWorker } from '../open-worker.ts';
import type { FromWorker } from '../protocol.ts';
import { isBusy, nextState, openedState, stepOf, type PlayEvent, type PlayState, type SavedRun } from '../state/play-state.ts';
import { noteStore, readNote, writeNote } from '../state/saved-note.ts';
import { defaultSettings, runsOf, type Settings } from '../state/settings.ts';
import { queryWith, readQuery } from '../state/settings-query.ts';
import { deviceText, planText } from '../state/words.ts';
import { Controls } from './controls.ts';
import { button, element, setAttributes, setText } from '@halftone/page/elements';
import { FolderField } from './folder-field.ts';
import { OutcomePanel } from './outcome-panel.ts';
import { SavedBox } from './saved-box.ts';
import { SettingsForm } from './settings-form.ts';

/** The page's part of the playground: one state, what draws it, and the worker. */
export class Playground {
  readonly #root: HTMLElement;
  readonly #form: SettingsForm;
  readonly #folder = new FolderField();
  readonly #saved: SavedBox;
  readonly #controls: Controls;
  readonly #outcome: OutcomePanel;
  readonly #plan = element('p', { class: 'playground-plan' });
  readonly #device = element('p', { class: 'playground-device', 'data-device': '' });
  readonly #warning = element('p', { class: 'playground-warning', role: 'alert', 'data-warning': '' });
  readonly #error = element('p', { class: 'playground-error', role: 'alert', 'data-error': '' });
  readonly #told = element('p', { class: 'playground-told', role: 'status' });
  readonly #charts = element('div', {});
  readonly #lose: HTMLButtonElement;
  #board: ChartBoard | null = null;
  #worker: TrainingWorker | null = null;
  #state: PlayState;
  readonly #pace = paceOf(() => this.#draw());

  constructor(root: HTMLElement) {
    this.#root = root;
    const { settings, problem } = readQuery(location.search);
    this.#state = { ...openedState(settings, readNote(noteStore())), warning: problem };
    this.#form = new SettingsForm(settings, {
      folder: this.#folder,
      onChange: (changed) => this.#change(changed),
      onReset: () => this.#change(defaultSettings()),
    });
    this.#saved = new SavedBox((saved) => this.#continue(saved));
    this.#controls = new Controls({
      train: () => this.#train(),
      pause: () => this.#ask('pause'),
      resume: () => this.#worker?.send({ kind: 'resume' }),
      stop: () => this.#stop(),
    });
    this.#outcome = new OutcomePanel({
      saveHalf: () => this.#worker?.send({ kind: 'saveHalf' }),
      tell: (text) => setText(this.#told, text),
    });
    this.#lose = button('Simulate a lost device', { 'data-action': 'lose-device' }, () => {
      if (canLose(this.#state)) this.#worker?.send({ kind: 'loseDevice' });
    });
    const experiments = element(
      'details',
      { class: 'playground-experiments' },
      element('summary', {}, 'Experiments'),
      element(
        'p',
        {},
        'Drivers crash, laptops switch GPUs, tabs are put to sleep. This destroys the GPU device under the training, as they do.',
      ),
      this.#lose,
    );
    root.replaceChildren(
      this.#form.element,
      this.#plan,
      this.#saved.element,
      this.#controls.element,
      this.#error,
      this.#warning,
      this.#device,
      this.#charts,
      this.#outcome.element,
      this.#told,
      experiments,
    );
    root.classList.add('playground', 'not-content'); // the site's typography is for texts
    this.#pace.now();
  }

  #dispatch(event: PlayEvent): void {
    const before = this.#state;
    this.#state = nextState(before, event);
    if (this.#state.saved !== before.saved && this.#state.saved !== null) writeNote(noteStore(), this.#state.saved);
    const isFrequent = event.kind === 'step' || event.kind === 'preparing';
    if (isFrequent && this.#state.phase === before.phase) this.#pace.soon();
    else this.#pace.now();
  }

  #change(settings: Settings): void {
    this.#dispatch({ kind: 'change', settings });
    const query = queryWith(location.search, settings);
    history.replaceState(history.state, '', `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`);
  }

  #train(): void {
    const problem = this.#form.firstProblem();
    if (problem !== null) this.#dispatch({ kind: 'refused', message: problem });
    else this.#start(this.#state.settings, { resume: false });
  }

  #continue(saved: SavedRun): void {
    this.#change(saved.settings);
    this.#start(saved.settings, { resume: true });
  }

  #start(settings: Settings, { resume }: { readonly resume: boolean }): void {
    const { images } = this.#folder;
    if (settings.data === 'images' && images === null)
      return this.#dispatch({ kind: 'refused', message: 'Choose a folder of images first, with a folder for each class inside.' });
    this.#worker?.end();
    this.#board?.destroy();
    this.#board = null;
    this.#charts.replaceChildren();
    this.#dispatch({ kind: 'start', settings });
    const worker = openWorker((message) => {
      if (worker === this.#worker) this.#hear(message);
    });
    this.#worker = worker;
    worker.send({ kind: 'start', settings, images: settings.data === 'images' ? images : null, resume });
  }

  #hear(message: FromWorker): void {
    this.#dispatch(message);
    if (message.kind === 'ready') void this.#openCharts();
  }

  /** The drawing library is loaded when there is something to draw. */
  async #openCharts(): Promise<void> {
    const worker = this.#worker;
    const { ChartBoard: Board } = await import('../charts/chart-board.ts');
    if (worker !== this.#worker || this.#board !== null) return;
    this.#board = new Board();
    this.#charts.replaceChildren(this.#board.element);
    this.#board.begin(this.#state);
    this.#pace.now();
  }

  #ask(what: 'pause' | 'stop'): void {
    this.#dispatch({ kind: 'ask', what });
    this.#worker?.send({ kind: what });
  }

  #stop(): void {
    if (this.#state.phase !== 'preparing') return this.#ask('stop');
    this.#worker?.end(); // it may be compiling for long, and has nothing to lose
    this.#worker = null;
    this.#dispatch({ kind: 'abandoned' });
  }

  #draw(): void {
    const state = this.#state;
    setAttributes(this.#root, {
      'data-state': state.phase,
      'data-step': stepOf(state),
      'data-run': runsOf(state.settings).join(' '),
      'data-backend': state.device?.kind ?? null,
      'data-codec': state.device?.codec ?? null,
    });
    this.#form.show(state.settings, { locked: isBusy(state) });
    setText(this.#plan, planText(state.settings));
    this.#saved.show(state);
    this.#controls.show(state);
    setText(this.#error, errorText(state));
    setText(this.#warning, state.warning ?? '');
    setText(this.#device, deviceText(state));
    setAttributes(this.#lose, { 'aria-disabled': canLose(state) ? null : 'true' });
    this.#board?.show(state);
    this.#outcome.show(state);
  }
}

function canLose({ phase, device }: PlayState): boolean {
  return device?.kind === 'webgpu' && (phase === 'training' || phase === 'paused');
}

/** What went wrong, and what a visitor can do. */
function errorText({ phase, error, saved }: PlayState): string {
  if (error === null) return '';
  if (phase !== 'lost') return error;
  return saved === null
    ? `${error} No checkpoint was saved yet: train from the start.`
    : `${error} The checkpoint of step ${saved.step} is whole: go on from it.`;
}
