// `npm run test:browser [-- --screenshots DIR] [-- --update]`: the WebGPU plug-in and the codec in a real Chromium, without shader-f16 and with it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inCache, root } from '../../setup/src/folders.mjs';
import { requiredNeeds } from '../../setup/src/needs.mjs';
import { checkpointsInTabs } from './browser-checkpoints.mjs';
import { bundleFor } from './bundle.mjs';
import { vulkanDrawing, withPage } from './chromium.mjs';
import { environmentFor } from './environment.mjs';
import { keepResults, resultsOf } from './results.mjs';
import { runTool } from './run-tool.mjs';
import { Missing, Verdicts } from './verdicts.mjs';

/** @typedef {{ readonly what: string, readonly actual: string, readonly good: boolean, readonly skipped?: string }} Fact */
/** @typedef {{ readonly float32: readonly number[], readonly mixed_float16: readonly number[] }} Losses */
/** @typedef {{ readonly capabilities: { adapter: { description: string }, codecs: { float16: string }, shaderF16: boolean }, readonly losses: Losses, readonly facts: readonly Fact[] }} PageReport */

/** Two programs of set-up: what each must say of itself. */
const browsers = /** @type {const} */ ([
  {
    variable: 'HALFTONE_BROWSER',
    title: 'Chromium without shader-f16',
    codec: 'packed-f16',
    canvas: true,
    file: 'chromium-packed-f16.png',
  },
  { variable: 'HALFTONE_BROWSER_F16', title: 'Chromium with shader-f16', codec: 'f16', canvas: false, file: 'chromium-f16.png' },
]);
const golden = ['f32.u32', 'f32_to_f16.u16', 'f32_to_bf16.u16', 'f16_to_f32.u32'];
const style =
  'body{font:14px/1.5 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}td{border-bottom:1px solid #ddd;padding:2px 12px 2px 0}.bad{color:#b00}';

const { values } = parseArgs({
  options: { screenshots: { type: 'string', default: inCache('browsers') }, update: { type: 'boolean', default: false } },
});
const pages = join(import.meta.dirname, '..', 'pages');
const verdicts = new Verdicts(requiredNeeds());
const program = await bundleFor('browser', join(pages, 'main.ts'));
/** @type {Losses | undefined} */
let inNode;
await verdicts.judge('the same training in Node', async () => {
  const file = join(import.meta.dirname, '..', 'dist', 'node-losses.mjs');
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, await bundleFor('node', join(pages, 'node-losses.ts')));
  const output = await runTool(process.execPath, [file], { cwd: root, env: await environmentFor(['vulkan']) });
  inNode = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  return `losses ${shown(inNode?.mixed_float16)}`;
});
for (const browser of browsers) await useBrowser(browser);
await verdicts.judge('checkpoints in two tabs', async () => {
  const { HALFTONE_BROWSER } = await environmentFor(['browser']);
  if (!HALFTONE_BROWSER) throw new Missing('browser', 'set-up brought no HALFTONE_BROWSER');
  return checkpointsInTabs(HALFTONE_BROWSER);
});
const found = resultsOf(verdicts.list, (name) => !/^native |^float16 is stored/.test(name) && name !== '');
await verdicts.judge('the results are those in the README', () => keepResults('browsers', found, values));
verdicts.close();

/** @param {(typeof browsers)[number]} browser */
async function useBrowser({ variable, title, codec, canvas, file }) {
  /** @type {PageReport | undefined} */
  let found;
  await verdicts.judge(`${title}: the page runs`, async () => {
    const env = await environmentFor(['browser']);
    const path = env[variable];
    if (!path) throw new Missing('browser', `set-up brought no ${variable}`);
    found = await openPage(path, { canvas, file });
    return found.capabilities.adapter.description;
  });
  if (found === undefined) return;
  const { capabilities, losses, facts } = found;
  await verdicts.judge(`${title}: float16 is stored as ${codec}`, async () => {
    const says = { codec: capabilities.codecs.float16, shaderF16: capabilities.shaderF16 };
    if (says.codec !== codec || says.shaderF16 !== (codec === 'f16')) throw new Error(JSON.stringify(says));
  });
  await verdicts.judge(`${title}: mixed_float16 trains as float32 does`, async () => compareLosses(losses.mixed_float16, losses.float32));
  for (const policy of /** @type {const} */ (['float32', 'mixed_float16'])) {
    await verdicts.judge(`${title}: ${policy} trains as in Node`, async () => {
      if (inNode === undefined) throw new Missing('vulkan', 'the training in Node did not run');
      return compareLosses(losses[policy], inNode[policy]);
    });
  }
  for (const { what, actual, good, skipped } of facts) {
    await verdicts.judge(`${title}: ${what}`, async () => {
      if (skipped) throw new Missing('canvas', skipped);
      if (!good) throw new Error(actual);
      return actual;
    });
  }
}

/**
 * @param {string} browser
 * @param {{ readonly canvas: boolean, readonly file: string }} how - whether a page can read a WebGPU canvas; where the screenshot goes
 * @returns {Promise<PageReport>}
 */
async function openPage(browser, { canvas, file }) {
  const html = `<!doctype html><meta charset="utf-8"><title>running</title><link rel="icon" href="data:,"><style>${style}</style><h1>Halftone in this browser</h1><script type="module" src="/program.js"></script>`;
  const codecs = await Promise.all(
    golden.map(
      async (name) => /** @type {const} */ ([`/golden/codec/${name}`, await readFile(join(root, 'packages/testing/golden/codec', name))]),
    ),
  );
  const files = {
    '/': { type: 'text/html', body: html },
    '/program.js': { type: 'text/javascript', body: program },
    ...Object.fromEntries(codecs.map(([path, body]) => [path, { type: 'application/octet-stream', body }])),
  };
  return withPage({ browser, files, switches: canvas ? vulkanDrawing : [] }, async (page, url) => {
    /** @type {string[]} */
    const lines = [];
    page.on('console', (message) => lines.push(message.text()));
    await page.goto(`${url}${canvas ? '' : '?canvas=no'}`);
    await page.waitForFunction('/^(done|failed)/.test(document.title)', undefined, { timeout: 150_000 });
    const title = await page.title();
    if (title !== 'done') throw new Error([...lines, title].join('\n'));
    await mkdir(values.screenshots, { recursive: true });
    await page.screenshot({ path: join(values.screenshots, file), fullPage: true });
    return /** @type {PageReport} */ (await page.evaluate('globalThis.report'));
  });
}

/**
 * @param {readonly number[]} losses
 * @param {readonly number[]} others
 * @returns {string}
 */
function compareLosses(losses, others) {
  const first = others[0] ?? NaN;
  const isNear = losses.every(
    (loss, i) => Number.isFinite(loss) && Math.abs(loss - (others[i] ?? NaN)) <= 0.02 * Math.max(others[i] ?? NaN, 0.1 * first),
  );
  if (!isNear || losses.length !== others.length || !((losses.at(-1) ?? NaN) < 0.7 * first))
    throw new Error(`${shown(losses)} against ${shown(others)}`);
  return `${shown(losses)} against ${shown(others)}`;
}

/** @param {readonly number[] | undefined} losses */
function shown(losses = []) {
  return `${losses[0]?.toFixed(4)} → ${losses.at(-1)?.toFixed(4)}`;
}
