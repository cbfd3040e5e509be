import { button, element } from '@halftone/page/elements';
import type { Finding, Image, ImagesPicture } from '../finding.ts';
import type { OutcomeJson } from '../outcome-json.ts';
import { captionedTable } from './captioned-table.ts';
import { curveView, type CurveView } from './curve-view.ts';

/** What a program found, as a part of the page. */
export interface FindingView {
  readonly element: HTMLElement;
  dispose(): void;
}

/** Shows table, claims and pictures of a finding, and lets the visitor copy it as JSON. */
export function findingView(finding: Finding, json: OutcomeJson): FindingView {
  const curves: CurveView[] = [];
  const pictures = finding.pictures.map((picture) => {
    if (picture.kind === 'images') return imagesFigure(picture);
    const view = curveView();
    view.show(picture);
    curves.push(view);
    return view.element;
  });
  const claims = finding.claims.map(({ what, holds, found }) =>
    element(
      'li',
      { class: holds ? 'tutorial-holds' : 'tutorial-fails' },
      element('strong', {}, holds ? 'Holds: ' : 'Does not hold: '),
      `${what} (${found}).`,
    ),
  );
  const where = [json.device, json.source, `${json.seconds} s`].filter((part) => part !== '').join('; ');
  const all = element(
    'div',
    { class: 'tutorial-finding' },
    captionedTable('What it found', finding),
    element('ul', { class: 'tutorial-claims' }, ...claims),
    ...pictures,
    element('p', { class: 'tutorial-where' }, where),
    ...jsonParts(json),
  );
  return { element: all, dispose: () => curves.forEach((view) => view.dispose()) };
}

/** The finding as text for other programs, and a button that copies it. */
function jsonParts(json: OutcomeJson): HTMLElement[] {
  const text = JSON.stringify(json, null, 2);
  const status = element('span', { role: 'status' });
  const copy = button('Copy as JSON', {}, () => {
    navigator.clipboard.writeText(text).then(
      () => (status.textContent = ' Copied.'),
      () => (status.textContent = ' The browser did not allow it.'),
    );
  });
  return [element('p', {}, copy, status), element('pre', { 'data-finding-json': true, hidden: true }, text)];
}

function imagesFigure({ title, rows, summary }: ImagesPicture): HTMLElement {
  const parts = rows.flatMap(({ caption, images }) => [
    element('p', { class: 'tutorial-caption' }, caption),
    element('div', { class: 'tutorial-images' }, ...images.map(imageFigure)),
  ]);
  return element('figure', { class: 'tutorial-figure' }, ...parts, element('figcaption', {}, `${title}. ${summary}`));
}

function imageFigure({ label, side, values }: Image): HTMLElement {
  const canvas = element('canvas', { width: side, height: side, role: 'img', 'aria-label': label });
  const pixels = new ImageData(side, side);
  values.forEach((value, i) => {
    const grey = 255 * value; // clamped by the array
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  });
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return element('figure', {}, canvas, element('figcaption', { 'aria-hidden': 'true' }, label));
}
