import './tutorial.css';
import { button, element } from '@halftone/page/elements';
import { paceOf } from '@halftone/page/pace';
import type { Length } from '../lesson.ts';
import { outcomeJson } from '../outcome-json.ts';
import type { Outcome } from '../run-program.ts';
import type { CurveView } from './curve-view.ts';
import { keptCheckpoint } from './browser-storage.ts';
import type { FindingView } from './finding-view.ts';
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
 * @param root - with `data-program`; what it holds is replaced
 * @throws TypeError for an element without that name
 */
export function mount(root: HTMLElement): void {
  const name = root.dataset['program'];
  if (!name)
    throw new TypeError('[tutorials] the element must name a program, got no data-program. Write for example data-program="three-lines".');
  new TutorialPage(root, name);
}

class TutorialPage {
  readonly #name: string;
  readonly #length = element('select');
  readonly #run = button('Run it here', {}, () => void this.#start({ anew: false }));
  readonly #anew = button('Start anew', { hidden: true }, () => void this.#start({ anew: true }));
  readonly #stop = button('Stop', { disabled: true }, () => this.#ask());
  readonly #note = element('p', { class: 'tutorial-note', hidden: true });
  readonly #status = element('p', { role: 'status', class: 'tutorial-status' });
  readonly #bar = element('progress', { 'aria-label': 'Steps of this part', hidden: true });
  readonly #steps = element('p', { class: 'tutorial-steps', hidden: true });
  readonly #place = element('div');
  readonly #pace = paceOf(() => this.#draw());
  #running: TutorialRun | undefined;
  #curve = new LiveCurve();
  #live: CurveView | undefined;
  #found: FindingView | undefined;
  #part = '';

  constructor(root: HTMLElement, name: string) {
    this.#name = name;
    for (const [value, text] of Object.entries(LENGTHS)) this.#length.append(element('option', { value }, text));
    const controls = element(
      'div',
      { class: 'tutorial-controls' },
      element('label', {}, 'How long ', this.#length),
      this.#run,
      this.#anew,
      this.#stop,
    );
    this.#length.addEventListener('change', () => void this.#offer());
    const parts = [controls, this.#note, this.#status, this.#bar, this.#steps, this.#place];
    void this.#offer();
    root.replaceChildren(
      element('section', { class: 'tutorial-run not-content', 'aria-label': 'Run this tutorial in your browser' }, ...parts),
    );
  }

  async #start({ anew }: { readonly anew: boolean }): Promise<void> {
    this.#found?.dispose();
    this.#found = undefined;
    this.#endLive();
    this.#curve = new LiveCurve();
    this.#place.replaceChildren();
    this.#note.hidden = true;
    this.#part = '';
    this.#isRunning(true);
    this.#status.textContent = 'Starting: the library is loaded, data is drawn, the device is opened.';
    const length = this.#length.value as Length;
    this.#running = startTutorial({ name: this.#name, length, seed: SEED, anew }, (news) => void this.#hear(news, length));
    const { curveView } = await import('./curve-view.ts');
    this.#live = curveView();
    this.#pace.now();
  }

  /** An earlier visit may have left a run in this browser: then it is gone on from, unless the visitor wants to start anew. */
  async #offer(): Promise<void> {
    const kept = await keptCheckpoint(`${this.#name}-${this.#length.value}`);
    this.#run.textContent = kept ? 'Run on from where you stopped' : 'Run it here';
    this.#anew.hidden = !kept;
    if (kept) this.#status.textContent = 'A run of an earlier visit is kept in this browser.';
  }

  #ask(): void {
    this.#status.textContent = 'Stopping after this step.';
    this.#running?.stop();
  }

  async #hear(news: News, length: Length): Promise<void> {
    if (news.kind === 'note') {
      this.#note.textContent = news.text;
      this.#note.hidden = false;
    } else if (news.kind === 'progress') this.#progress(news);
    else {
      this.#isRunning(false);
      await this.#offer();
      if (news.kind === 'outcome') await this.#show(news.outcome, length);
      else this.#status.textContent = news.kind === 'stopped' ? 'Stopped.' : `It broke off: ${news.message}`;
    }
  }

  #progress({ progress }: Extract<News, { kind: 'progress' }>): void {
    const { what, step, steps, loss } = progress;
    if (what !== this.#part) {
      this.#part = what;
      this.#status.textContent = `Running: ${what}.`; // announced once a part, not once a step
    }
    this.#curve.add(progress);
    this.#bar.max = steps;
    this.#bar.value = step;
    this.#steps.textContent = `${what}: step ${step} of ${steps}${loss === undefined ? '' : `, loss ${loss.toPrecision(4)}`}`;
    this.#pace.soon();
  }

  #draw(): void {
    const picture = this.#curve.picture();
    if (this.#live === undefined || picture === null) return;
    if (!this.#live.element.isConnected) this.#place.replaceChildren(this.#live.element);
    this.#live.show(picture);
  }

  #endLive(): void {
    this.#pace.cancel();
    this.#live?.dispose();
    this.#live = undefined;
  }

  async #show(outcome: Outcome, length: Length): Promise<void> {
    const { findingView } = await import('./finding-view.ts');
    this.#endLive();
    this.#found = findingView(outcome.finding, outcomeJson(outcome, { name: this.#name, length, seed: SEED }));
    this.#place.replaceChildren(this.#found.element);
    const failed = outcome.finding.claims.filter(({ holds }) => !holds).length;
    this.#status.textContent =
      failed === 0 ? 'Done: all that the page promises holds here.' : `Done: ${failed} of the promises do not hold here.`;
  }

  #isRunning(isRunning: boolean): void {
    const [before, after] = isRunning ? [this.#run, this.#stop] : [this.#stop, this.#run];
    const hadFocus = document.activeElement === before; // a button that is disabled loses it
    this.#run.disabled = isRunning;
    this.#anew.disabled = isRunning;
    this.#length.disabled = isRunning;
    this.#stop.disabled = !isRunning;
    if (hadFocus) after.focus();
    this.#bar.hidden = !isRunning;
    this.#steps.hidden = !isRunning;
    this.#bar.removeAttribute('value');
    this.#steps.textContent = '';
  }
}
