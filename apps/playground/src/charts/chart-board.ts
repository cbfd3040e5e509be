import { element } from '@halftone/page/elements';
import type { PlayState } from '../state/play-state.ts';
import { lossScaleOf, runsOf, type PolicyName, type Settings } from '../state/settings.ts';
import { ChartFigure } from './chart-figure.ts';
import { MEASURES, type Measure } from './measures.ts';

/** All charts of a training. */
export class ChartBoard {
  readonly element: HTMLElement = element('div', { class: 'playground-charts' });
  #figures: readonly ChartFigure[] = [];

  /** Charts of a new training; a loss scale is drawn where there is one. */
  begin({ settings, device }: PlayState): void {
    for (const figure of this.#figures) figure.destroy();
    this.#figures = MEASURES.filter((measure) => drawnRuns(measure, settings).length > 0).map((measure) => new ChartFigure(measure));
    this.element.replaceChildren(...this.#figures.map((figure) => figure.element));
    for (const figure of this.#figures) figure.begin(drawnRuns(figure.measure, settings), device);
  }

  show({ runs }: PlayState): void {
    for (const figure of this.#figures) figure.show(runs);
  }

  destroy(): void {
    for (const figure of this.#figures) figure.destroy();
  }
}

/** The runs that have what is measured: a loss scale is not everyone's. */
function drawnRuns({ name }: Measure, settings: Settings): readonly PolicyName[] {
  return runsOf(settings).filter((policy) => name !== 'scale' || lossScaleOf(policy, settings) !== 'none');
}
