/** What was found, by case and place: `npm`, `pnpm`, a browser. @typedef {Readonly<Record<string, Readonly<Record<string, string>>>>} CaseResults */
/** The result files of `npm run consumers` and `npm run test:browser`. @typedef {{ readonly consumers: CaseResults, readonly browsers: CaseResults }} UseResults */

/** Column, the case that shows loss scaling there, the case that shows half storage there. */
const BACKENDS = [
  ['stock cpu', 'optimizer on stock cpu', ''],
  ['stock wasm', 'optimizer on stock wasm', ''],
  ['stock webgl, 16-bit textures', 'optimizer on stock webgl with half textures', ''],
  ['stock webgpu', 'optimizer on stock webgpu', ''],
  ['tfjs-node', 'optimizer on stock tfjs-node', ''],
  ['tfjs-node under `@halftone/node`', 'optimizer on halftone-node', 'node plug-in on tfjs-node'],
  ['`halftone-webgpu`', 'optimizer on halftone-webgpu', 'webgpu without optimizer'],
  ['`halftone-emulate`', 'optimizer on halftone-emulate', 'autocast and emulate'],
];

/**
 * The README's table of backends: what each of them can do, as Markdown.
 *
 * Pure.
 *
 * @param {UseResults} results
 */
export function backendTable({ consumers, browsers }) {
  const browser = ['mixed_float16 trains as float32 does', 'mixed_float16 trains as in Node'].map((name) => verdict(browsers[name]));
  const rows = BACKENDS.map(([backend = '', scaling = '', storage = '']) => [
    backend,
    verdict(consumers[scaling]),
    storage === '' ? 'no' : verdict(consumers[storage]),
    backend === '`halftone-webgpu`' ? worst(browser) : backend.includes('webgl') ? verdict(consumers[scaling]) : 'no',
  ]);
  return table(
    ['tfjs backend', 'loss scaling, `gradScaler`, skipped steps', 'half storage, `autocast`', 'tested in a real Chromium'],
    rows,
  );
}

/**
 * Every case that was run, where, and how it ended: a page of docs/reference.
 *
 * Pure.
 *
 * @param {UseResults} results
 */
export function resultPage({ consumers, browsers }) {
  const rows = /** @param {CaseResults} cases @param {readonly string[]} places */ (cases, places) =>
    Object.entries(cases).map(([name, found]) => [name, ...places.map((place) => found[place] ?? '')]);
  const [plain, half] = ['Chromium without shader-f16', 'Chromium with shader-f16'];
  return [
    '# What was run, and how it ended',
    '',
    'Made by `npm run readme` from the results that `npm run consumers -- --update` and `npm run test:browser -- --update` wrote into `apps/consumers/results`.',
    'Both commands fail when they find something else than what stands here.',
    '',
    '## Each package alone: packed, installed into an empty folder, used',
    '',
    table(['case', 'by npm', 'by pnpm'], rows(consumers, ['npm', 'pnpm'])),
    '',
    '## The WebGPU plug-in in a browser',
    '',
    'Without `shader-f16` halves are packed in pairs; with it they are native. Skipped: that browser draws and computes on two drivers, so that stock tfjs reads no canvas there either.',
    '',
    table(['check', plain, half], rows(browsers, [plain, half])),
    '',
  ].join('\n');
}

/** @param {Readonly<Record<string, string>> | undefined} places */
function verdict(places) {
  return worst(Object.values(places ?? {}));
}

/** @param {readonly string[]} endings */
function worst(endings) {
  if (endings.length === 0 || endings.some((ending) => ending === 'skipped' || ending === 'not run')) return 'not run';
  return endings.every((ending) => ending === 'passed' || ending === 'yes') ? 'yes' : 'no';
}

/**
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 */
function table(header, rows) {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = /** @param {readonly string[]} cells */ (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
