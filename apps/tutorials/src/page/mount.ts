import './tutorial.css';
import type { Length } from '../lesson.ts';
import { outcomeJson } from '../outcome-json.ts';
import type { Outcome } from '../run-program.ts';
import { curveView, type CurveView } from './curve-view.ts';
import { make } from './elements.ts';
import { findingView, type FindingView } from './finding-view.ts';
import { LiveCurve } from './live-curve.ts';
import type { News } from './protocol.ts';
import { startTutorial, type TutorialRun } from './tutorial-run.ts';

const LENGTHS = {
  glance: 'a glance: some seconds with a GPU',
  short: 'short: under a minute with a GPU',
  full: 'full: minutes with a GPU',
} as const satisfies Record<Length, string>;

const SEED = 1;

/**
 * Lets a visitor run a tutorial's program on drawn data, in a worker: a button, a live curve, then table, claims and pictures.
 *
 * Loads nothing of tfjs before the button is pressed.
 *
 * @param element - with `data-program`; what it holds is replaced
 * @throws TypeError for an element without that name
 */
export function mount(element: HTMLElement): void {
  const name = element.dataset['program'];
  if (!name)
    throw new TypeError('[tutorials] the element must name a program, got no data-program. Write for example data-program="three-lines".');
  new TutorialPage(element, name);
}

class TutorialPage {
  readonly #name: string;
  readonly #length = make('select');
  readonly #run = make('button', { type: 'button' }, ['Run it here']);
  readonly #stop = make('button', { type: 'button', disabled: '' }, ['Stop']);
  readonly #note = make('p', { class: 'tutorial-note', hidden: '' });
  readonly #status = make('p', { role: 'status', class: 'tutorial-status' });
  readonly #bar = make('progress', { 'aria-label': 'Steps of this part', hidden: '' });
  readonly #steps = make('p', { class: 'tutorial-steps', hidden: '' });
  readonly #place = make('div');
  #running: TutorialRun | undefined;
  #live: { readonly curve: LiveCurve; readonly view: CurveView } | undefined;
  #found: FindingView | undefined;
  #part = '';
  #frame = 0;

  constructor(element: HTMLElement, name: string) {
    this.#name = name;
    for (const [value, text] of Object.entries(LENGTHS)) this.#length.append(make('option', { value }, [text]));
    const controls = make('div', { class: 'tutorial-controls' }, [make('label', {}, ['How long ', this.#length]), this.#run, this.#stop]);
    this.#run.addEventListener('click', () => this.#start());
    this.#stop.addEventListener('click', () => this.#ask());
    const parts = [controls, this.#note, this.#status, this.#bar, this.#steps, this.#place];
    element.replaceChildren(make('section', { class: 'tutorial-run', 'aria-label': 'Run this tutorial in your browser' }, parts));
  }

  #start(): void {
    this.#found?.dispose();
    this.#found = undefined;
    this.#place.replaceChildren();
    this.#note.hidden = true;
    this.#part = '';
    this.#isRunning(true);
    this.#status.textContent = 'Starting: the library is loaded, data is drawn, the device is opened.';
    this.#live = { curve: new LiveCurve(), view: curveView() };
    const length = this.#length.value as Length;
    this.#running = startTutorial({ name: this.#name, length, seed: SEED }, (news) => this.#hear(news, length));
  }

  #ask(): void {
    this.#status.textContent = 'Stopping after this step.';
    this.#running?.stop();
  }

  #hear(news: News, length: Length): void {
    if (news.kind === 'note') {
      this.#note.textContent = news.text;
      this.#note.hidden = false;
    } else if (news.kind === 'progress') this.#progress(news);
    else {
      this.#isRunning(false);
      if (news.kind === 'outcome') this.#show(news.outcome, length);
      else this.#status.textContent = news.kind === 'stopped' ? 'Stopped.' : `It broke off: ${news.message}`;
    }
  }

  #progress({ progress }: Extract<News, { kind: 'progress' }>): void {
    const { what, step, steps, loss } = progress;
    if (what !== this.#part) {
      this.#part = what;
      this.#status.textContent = `Running: ${what}.`; // announced once a part, not once a step
    }
    this.#live?.curve.add(progress);
    this.#bar.max = steps;
    this.#bar.value = step;
    this.#steps.textContent = `${what}: step ${step} of ${steps}${loss === undefined ? '' : `, loss ${loss.toPrecision(4)}`}`;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const picture = this.#live?.curve.picture();
    if (this.#live === undefined || !picture) return;
    if (!this.#live.view.element.isConnected) this.#place.replaceChildren(this.#live.view.element);
    this.#live.view.show(picture);
  }

  #show(outcome: Outcome, length: Length): void {
    const failed = outcome.finding.claims.filter(({ holds }) => !holds).length;
    this.#status.textContent =
      failed === 0 ? 'Done: all that the page promises holds here.' : `Done: ${failed} of the promises do not hold here.`;
    this.#live?.view.dispose();
    this.#live = undefined;
    this.#found = findingView(outcome.finding, outcomeJson(outcome, { name: this.#name, length, seed: SEED }));
    this.#place.replaceChildren(this.#found.element);
  }

  #isRunning(isRunning: boolean): void {
    this.#run.disabled = isRunning;
    this.#length.disabled = isRunning;
    this.#stop.disabled = !isRunning;
    this.#bar.hidden = !isRunning;
    this.#steps.hidden = !isRunning;
    this.#bar.removeAttribute('value');
    this.#steps.textContent = '';
  }
}
