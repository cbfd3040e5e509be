import '../shared/island.css';
import './loss-scale.css';
import { createAnnouncer } from '../shared/announce.ts';
import { html } from '../shared/dom.ts';
import type { GradientRecord } from './gradient-record.ts';
import gradients from './gradients.json' with { type: 'json' };
import { createHistogramPart } from './histogram-part.ts';
import { createReplayPart } from './replay-part.ts';

/**
 * Puts the loss scale explorable in place of what an element holds: real gradients that slide into float16's range, and a replay of a dynamic loss scale.
 *
 * @param element - the place in the page; its content, for readers without JavaScript, is replaced
 */
export function mount(element: HTMLElement): void {
  const record: GradientRecord = gradients;
  const announcer = createAnnouncer();
  const island = html('div', { class: 'ht-island not-content' });
  element.replaceChildren(island);
  island.append(createHistogramPart(record, announcer), createReplayPart(record, announcer), announcer.element);
}
