import type { Finding, Image, ImagesPicture } from '../finding.ts';
import type { OutcomeJson } from '../outcome-json.ts';
import { curveView, type CurveView } from './curve-view.ts';
import { make, makeTable } from './elements.ts';

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
    make('li', { class: holds ? 'tutorial-holds' : 'tutorial-fails' }, [
      make('strong', {}, [holds ? 'Holds: ' : 'Does not hold: ']),
      `${what} (${found}).`,
    ]),
  );
  const where = [json.device, json.source, `${json.seconds} s`].filter((part) => part !== '').join('; ');
  const element = make('div', { class: 'tutorial-finding' }, [
    makeTable(finding.columns, finding.rows, 'What it found'),
    make('ul', { class: 'tutorial-claims' }, claims),
    ...pictures,
    make('p', { class: 'tutorial-where' }, [where]),
    ...jsonParts(json),
  ]);
  return { element, dispose: () => curves.forEach((view) => view.dispose()) };
}

/** The finding as text for other programs, and a button that copies it. */
function jsonParts(json: OutcomeJson): HTMLElement[] {
  const text = JSON.stringify(json, null, 2);
  const status = make('span', { role: 'status' });
  const button = make('button', { type: 'button' }, ['Copy as JSON']);
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(text).then(
      () => (status.textContent = ' Copied.'),
      () => (status.textContent = ' The browser did not allow it.'),
    );
  });
  return [make('p', {}, [button, status]), make('pre', { 'data-finding-json': '', hidden: '' }, [text])];
}

function imagesFigure({ title, rows, summary }: ImagesPicture): HTMLElement {
  const parts = rows.flatMap(({ caption, images }) => [
    make('p', { class: 'tutorial-caption' }, [caption]),
    make('div', { class: 'tutorial-images' }, images.map(imageFigure)),
  ]);
  return make('figure', { class: 'tutorial-figure' }, [...parts, make('figcaption', {}, [`${title}. ${summary}`])]);
}

function imageFigure({ label, side, values }: Image): HTMLElement {
  const canvas = make('canvas', { width: String(side), height: String(side), role: 'img', 'aria-label': label });
  const pixels = new ImageData(side, side);
  values.forEach((value, i) => {
    const grey = 255 * value; // clamped by the array
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  });
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return make('figure', {}, [canvas, make('figcaption', { 'aria-hidden': 'true' }, [label])]);
}
