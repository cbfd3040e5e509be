import { element, setAttributes, setText } from '@halftone/page/elements';
import { pushButton } from '../shared/fields.ts';
import { captionedTable } from '../shared/captioned-table.ts';
import { conversionTable, conversionWords, productTable, productWords } from './findings.ts';
import type { ProbeReport } from './probe.ts';

/**
 * Makes the button that loads the plug-in and probes the device, and the place for what it finds. Nothing of TensorFlow.js is loaded before.
 *
 * @param onReport - is given what was found
 */
export function createProbePart(onReport: (report: ProbeReport) => void): HTMLElement {
  const said = element('p', { class: 'ht-note', role: 'status' });
  const results = element('div', { class: 'ht-results' });
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
        element('p', {}, conversionWords(report)),
        captionedTable(conversionTable(report)),
        element('p', {}, productWords(report)),
        captionedTable(productTable(report)),
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
  return element(
    'div',
    { class: 'ht-probe' },
    element('div', { class: 'ht-row' }, button, element('span', { class: 'ht-note' }, intro)),
    said,
    results,
  );
}
