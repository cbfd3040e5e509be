import '../shared/island.css';
import './device.css';
import { html } from '../shared/dom.ts';
import { tableElement } from '../shared/table.ts';
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
 * @param element - the place in the page; its content, for readers without JavaScript, is replaced once the adapter has answered
 * @param surroundings - what to look at, the page's own unless told otherwise
 */
export async function mount(element: HTMLElement, surroundings: Surroundings = pageSurroundings()): Promise<void> {
  const island = html(
    'div',
    { class: 'ht-island not-content' },
    html('p', { class: 'ht-note', role: 'status' }, 'Looking at this device …'),
  );
  element.replaceChildren(island);
  const check = await checkDevice(surroundings);
  const advice = adviceFor(check);
  const copy = createCopyPart();
  const report = (probe: ProbeReport | null): object => ({ madeBy: 'Halftone device check', path: advice.path, ...check, probe });
  copy.show(report(null));
  const probe = check.state === 'ready' ? [createProbePart((found) => copy.show(report(found)))] : [];
  island.replaceChildren(
    html('div', { class: `ht-part ht-device ht-device-${advice.path}` }, ...wordsOf(advice, check), ...probe, copy.element),
  );
}

function wordsOf({ headline, lines, hints }: Advice, { found }: DeviceCheck): HTMLElement[] {
  const parts: HTMLElement[] = [
    html('p', { class: 'ht-title ht-headline', role: 'status' }, headline),
    html('ul', { class: 'ht-list' }, ...lines.map((line) => html('li', {}, line))),
  ];
  if (hints.length > 0)
    parts.push(
      html('p', { class: 'ht-note' }, 'What you can try:'),
      html('ul', { class: 'ht-list' }, ...hints.map((hint) => html('li', {}, hint))),
    );
  if (found)
    parts.push(
      html('details', {}, html('summary', {}, `${found.adapter.description}: what it says of itself`), tableElement(adapterTable(found))),
    );
  return parts;
}
