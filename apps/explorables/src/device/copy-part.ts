import { element, freshId, setText } from '@halftone/page/elements';
import { pushButton } from '../shared/fields.ts';

/** A report that a visitor can copy. */
export interface CopyPart {
  readonly element: HTMLElement;
  show(report: object): void;
}

/** Makes the field with the report as JSON and its button; where the clipboard is not to be had, the text is selected instead. */
export function createCopyPart(): CopyPart {
  const area = element('textarea', { id: freshId('json'), class: 'ht-mono ht-json', readonly: true, rows: 8, spellcheck: 'false' });
  const said = element('p', { class: 'ht-note', role: 'status' });
  const details = element(
    'details',
    {},
    element('summary', {}, 'The report as JSON'),
    element('label', { for: area.id, class: 'ht-hidden' }, 'report as JSON'),
    area,
  );
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(area.value);
      setText(said, 'Copied.');
    } catch {
      details.open = true;
      area.focus();
      area.select();
      setText(said, 'This browser does not let the page copy. The text is selected: copy it with Ctrl+C or ⌘C.');
    }
  };
  const button = pushButton('Copy as JSON', () => void copy());
  return {
    element: element('div', { class: 'ht-copy' }, element('div', { class: 'ht-row' }, button, said), details),
    show(report) {
      area.value = JSON.stringify(report, null, 2);
      setText(said, '');
    },
  };
}
