import { html, setAttributes, setText } from '../shared/dom.ts';
import { pushButton } from '../shared/fields.ts';
import { tableElement } from '../shared/table.ts';
import { conversionTable, conversionWords, productTable, productWords } from './findings.ts';
import type { ProbeReport } from './probe.ts';

/**
 * Makes the button that loads the plug-in and probes the device, and the place for what it finds. Nothing of TensorFlow.js is loaded before.
 *
 * @param onReport - is given what was found
 */
export function createProbePart(onReport: (report: ProbeReport) => void): HTMLElement {
  const said = html('p', { class: 'ht-note', role: 'status' });
  const results = html('div', { class: 'ht-results' });
  const button = pushButton('Probe it', () => void probe());
  setAttributes(button, { class: 'ht-button ht-button-main' });

  async function probe(): Promise<void> {
    if (button.getAttribute('aria-disabled') === 'true') return;
    setAttributes(button, { 'aria-disabled': 'true' });
    setText(said, 'Loading TensorFlow.js and the plug-in …');
    try {
      const { probeDevice } = await import('./probe.ts');
      const report = await probeDevice((what) => setText(said, what));
      results.replaceChildren(
        html('p', {}, conversionWords(report)),
        tableElement(conversionTable(report)),
        html('p', {}, productWords(report)),
        tableElement(productTable(report)),
      );
      setText(said, 'Done; everything is taken out again.');
      setText(button, 'Probe it again');
      onReport(report);
    } catch (error) {
      setText(said, `The probe broke off: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      setAttributes(button, { 'aria-disabled': undefined });
    }
  }
  const intro = 'Loads the plug-in (0.7 MB before compression), measures how this device rounds, and multiplies two small matrices.';
  return html(
    'div',
    { class: 'ht-probe' },
    html('div', { class: 'ht-row' }, button, html('span', { class: 'ht-note' }, intro)),
    said,
    results,
  );
}
