import { fillTable, scrollingPart } from '@halftone/page/table';
import type { PlayState } from '../state/play-state.ts';
import { reportOf, reportText } from '../state/report.ts';
import { filesText } from '../state/words.ts';
import { button, element, setAttributes, setText } from '@halftone/page/elements';
import { Downloads } from './downloads.ts';
import { resultTable } from './result-table.ts';

/** What the panel asks of the page. */
export interface OutcomeActions {
  readonly saveHalf: () => void;
  /** Tells in the live region that something was copied, or why not. */
  readonly tell: (text: string) => void;
}

/** What a training came to: the runs beside one another, files, the report. */
export class OutcomePanel {
  readonly element: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #half: HTMLButtonElement;
  readonly #files = new Downloads();
  readonly #reports = new Downloads();
  readonly #report: HTMLElement;
  readonly #actions: OutcomeActions;
  #state: PlayState | null = null;

  constructor(actions: OutcomeActions) {
    this.#actions = actions;
    const id = 'playground-outcome';
    this.#table = element('table', { 'data-results': '', 'aria-labelledby': id });
    this.#half = button('Save the model in half', { 'data-action': 'half' }, () => {
      if (this.#state !== null && canSave(this.#state)) actions.saveHalf();
    });
    this.#report = element('pre', { 'data-report': '', tabindex: '0', role: 'region', 'aria-label': 'Report as JSON' });
    this.element = element(
      'section',
      { class: 'playground-outcome', 'aria-labelledby': id, hidden: true },
      element('h2', { id }, 'What came of it'),
      scrollingPart({ class: 'playground-scroll', 'aria-labelledby': id }, this.#table),
      element(
        'div',
        { class: 'playground-buttons' },
        this.#half,
        button('Copy the report', { 'data-action': 'copy-report' }, () => void this.#copy(this.#text(), 'The report is copied.')),
        button('Download the report', { 'data-action': 'download-report' }, () => this.#makeReport()),
        button(
          'Copy a link to these settings',
          { 'data-action': 'copy-link' },
          () => void this.#copy(location.href, 'The link is copied.'),
        ),
      ),
      this.#files.element,
      this.#reports.element,
      element('details', {}, element('summary', {}, 'Report as JSON'), this.#report),
    );
  }

  show(state: PlayState): void {
    const isNewPhase = state.phase !== this.#state?.phase || state.asked !== this.#state?.asked;
    this.#state = state;
    const table = resultTable(state.runs);
    this.element.hidden = table === null;
    fillTable(this.#table, table ?? { columns: [], rows: [] });
    setAttributes(this.#half, { 'aria-disabled': canSave(state) ? null : 'true' });
    if (state.half === null) this.#files.release();
    else {
      this.#files.show(state.half.files, filesText(state.half));
    }
    if (!isNewPhase) return;
    setText(this.#report, state.phase === 'training' || table === null ? '' : this.#text());
    this.#reports.release();
  }

  #text(): string {
    return this.#state === null ? '' : reportText(reportOf(this.#state, { at: new Date(), browser: navigator.userAgent }));
  }

  #makeReport(): void {
    const bytes = new TextEncoder().encode(this.#text());
    this.#reports.show([{ name: 'halftone-playground.json', bytes }], '');
    this.#reports.element.querySelector('a')?.click();
  }

  async #copy(text: string, told: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.#actions.tell(told);
    } catch {
      this.#actions.tell('This browser did not let the page copy: open the report below and copy it by hand.');
    }
  }
}

/** A model is saved while nothing trains. */
function canSave({ phase, device, asked }: PlayState): boolean {
  return device !== null && asked === null && (phase === 'paused' || phase === 'stopped' || phase === 'done');
}
