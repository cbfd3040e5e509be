import '../shared/island.css';
import './device.css';
import { element } from '@halftone/page/elements';
import { captionedTable } from '../shared/captioned-table.ts';
import type { Advice } from './advice.ts';
import { adviceFor } from './advice.ts';
import type { DeviceCheck, Surroundings } from './check-device.ts';
import { checkDevice, pageSurroundings } from './check-device.ts';
import { createCopyPart } from './copy-part.ts';
import { adapterTable } from './findings.ts';
import type { ProbeReport } from './probe.ts';
import { createProbePart } from './probe-part.ts';

/**
 * Puts the device check in place of what an element holds: what this device has, what Halftone will do on it and why, and a button that probes it.
 *
 * Asks for a WebGPU adapter at once and for nothing else; TensorFlow.js and the plug-in are loaded when somebody presses the button.
 *
 * @param root - the place in the page; its content, for readers without JavaScript, is replaced once the adapter has answered
 * @param surroundings - what to look at, the page's own unless told otherwise
 */
export async function mount(root: HTMLElement, surroundings: Surroundings = pageSurroundings()): Promise<void> {
  const island = element(
    'div',
    { class: 'ht-island not-content' },
    element('p', { class: 'ht-note', role: 'status' }, 'Looking at this device …'),
  );
  root.replaceChildren(island);
  const check = await checkDevice(surroundings);
  const advice = adviceFor(check);
  const copy = createCopyPart();
  const report = (probe: ProbeReport | null): object => ({ madeBy: 'Halftone device check', path: advice.path, ...check, probe });
  copy.show(report(null));
  const probe = check.state === 'ready' ? [createProbePart((found) => copy.show(report(found)))] : [];
  island.replaceChildren(
    element('div', { class: `ht-part ht-device ht-device-${advice.path}` }, ...wordsOf(advice, check), ...probe, copy.element),
  );
}

function wordsOf({ headline, lines, hints }: Advice, { found }: DeviceCheck): HTMLElement[] {
  const parts: HTMLElement[] = [
    element('p', { class: 'ht-title ht-headline', role: 'status' }, headline),
    element('ul', { class: 'ht-list' }, ...lines.map((line) => element('li', {}, line))),
  ];
  if (hints.length > 0)
    parts.push(
      element('p', { class: 'ht-note' }, 'What you can try:'),
      element('ul', { class: 'ht-list' }, ...hints.map((hint) => element('li', {}, hint))),
    );
  if (found)
    parts.push(
      element(
        'details',
        {},
        element('summary', {}, `${found.adapter.description}: what it says of itself`),
        captionedTable(adapterTable(found)),
      ),
    );
  return parts;
}
