import 'uplot/dist/uPlot.min.css';
import { element } from '../page/element.ts';
import type { PlayState } from '../state/play-state.ts';
import { lossScaleOf, runsOf, type PolicyName, type Settings } from '../state/settings.ts';
import { ChartFigure } from './chart-figure.ts';
import { MEASURES, type Measure } from './measures.ts';

/** All charts of a training. */
export class ChartBoard {
  readonly element: HTMLElement = element('div', { class: 'playground-charts' });
  #figures: readonly ChartFigure[] = [];
  readonly #stopWatching: () => void;

  constructor() {
    this.#stopWatching = onThemeChange(() => {
      for (const figure of this.#figures) figure.recolour();
    });
  }

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
    this.#stopWatching();
    for (const figure of this.#figures) figure.destroy();
  }
}

/** The runs that have what is measured: a loss scale is not everyone's. */
function drawnRuns({ name }: Measure, settings: Settings): readonly PolicyName[] {
  return runsOf(settings).filter((policy) => name !== 'scale' || lossScaleOf(policy, settings) !== 'none');
}

/** Calls back when the page turns dark or light: by its switch, or with the system. */
function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', callback);
  return () => {
    observer.disconnect();
    media.removeEventListener('change', callback);
  };
}
