import '../shared/island.css';
import './loss-scale.css';
import { createAnnouncer } from '../shared/announce.ts';
import { element } from '@halftone/page/elements';
import type { GradientRecord } from './gradient-record.ts';
import gradients from './gradients.json' with { type: 'json' };
import { createHistogramPart } from './histogram-part.ts';
import { createReplayPart } from './replay-part.ts';

/**
 * Puts the loss scale explorable in place of what an element holds: real gradients that slide into float16's range, and a replay of a dynamic loss scale.
 *
 * @param root - the place in the page; its content, for readers without JavaScript, is replaced
 */
export function mount(root: HTMLElement): void {
  const record: GradientRecord = gradients;
  const announcer = createAnnouncer();
  const island = element('div', { class: 'ht-island not-content' });
  root.replaceChildren(island);
  island.append(createHistogramPart(record, announcer), createReplayPart(record, announcer), announcer.element);
}
