import { fillTable, scrollingPart } from '@halftone/page/table';
import type { DeviceReport } from '../protocol.ts';
import { element, setText } from '@halftone/page/elements';
import type { RunHistory } from '../state/records.ts';
import type { PolicyName } from '../state/settings.ts';
import { chartSummary, chartTable } from './chart-text.ts';
import type { Measure } from './measures.ts';
import { createMeasurePlot, type MeasurePlot } from './measure-plot.ts';

/** A chart with what it says in words and as a table. */
export class ChartFigure {
  readonly element: HTMLElement;
  readonly measure: Measure;
  readonly #place: HTMLElement;
  readonly #about: HTMLElement;
  readonly #summary: HTMLElement;
  readonly #details: HTMLDetailsElement;
  readonly #table: HTMLTableElement;
  #plot: MeasurePlot | null = null;
  #runs: readonly RunHistory[] = [];
  #policies: readonly PolicyName[] = [];

  constructor(measure: Measure) {
    this.measure = measure;
    const id = `playground-${measure.name}`;
    this.#place = element('div', { class: 'playground-plot', 'aria-hidden': 'true' });
    this.#about = element('p', { class: 'playground-about' });
    this.#summary = element('p', { class: 'playground-summary', 'data-summary': measure.name });
    this.#table = element('table', { 'data-table': measure.name });
    const scroll = scrollingPart({ class: 'playground-scroll', 'aria-label': `${measure.title}, step by step` }, this.#table);
    this.#details = element('details', {}, element('summary', {}, `${measure.title} as a table`), scroll);
    this.element = element(
      'figure',
      { class: 'playground-chart', 'aria-labelledby': id, 'data-chart': measure.name },
      element('figcaption', {}, element('h2', { id }, measure.title), this.#about),
      this.#place,
      this.#summary,
      this.#details,
    );
    this.#details.addEventListener('toggle', () => this.#fillTable());
  }

  /** Starts a drawing for the runs of a training. */
  begin(policies: readonly PolicyName[], device: DeviceReport | null): void {
    this.#plot?.dispose();
    this.#policies = policies;
    this.#plot = createMeasurePlot(this.#place, this.measure, policies);
    setText(this.#about, this.measure.about(device));
  }

  /** Draws and says what the runs have come to. */
  show(runs: readonly RunHistory[]): void {
    this.#runs = runs.filter(({ policy }) => this.#policies.includes(policy));
    this.#plot?.draw(this.#runs);
    setText(this.#summary, chartSummary(this.measure, this.#runs));
    this.#fillTable();
  }

  destroy(): void {
    this.#plot?.dispose();
    this.#plot = null;
  }

  #fillTable(): void {
    if (!this.#details.open) return;
    fillTable(this.#table, chartTable(this.measure, this.#runs));
  }
}
