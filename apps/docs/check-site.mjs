// `node apps/docs/check-site.mjs [--no-build]`: builds the site, proves that the build fails where it must, and measures what a plain page costs.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inCache } from '../setup/src/folders.mjs';
import { buildSite, siteFolder as dist } from './build-site.mjs';
import { scriptBytes } from './finish/script-bytes.mjs';

/** What a page without an interactive part may make a browser run, in bytes as they travel; 8,600 when it was set. */
const MOST_GZIPPED = 12_000;
/** Words that stand in no script unless TensorFlow.js is in it. */
const SIGN_OF_TFJS = /tfjs|TensorFlow|backend_registry/i;

const here = import.meta.dirname;
const folder = inCache('site-check');
const count = { passed: 0, failed: 0 };
rmSync(folder, { recursive: true, force: true });

const documented = '/** Doubles a number. */\nexport function double(x: number): number {\n  return 2 * x;\n}\n';
if (!process.argv.includes('--no-build')) {
  await check('the site is built', async () => console.log(`  in ${(await buildSite()).toFixed(0)} s`));
}
await check('a documented export is written', () => {
  const { status, text } = api('good', documented);
  expect(status === 0, text);
  expect(
    readFileSync(join(folder, 'good', 'out', '@halftone', 'sample.md'), 'utf8').includes('Doubles a number.'),
    'the comment is not in the page',
  );
});
await check('an undocumented export fails the build by its name', () => {
  const { status, text } = api('undocumented', `${documented}export const half = 0.5;\n`);
  expect(status === 1 && /half.*does not have any documentation/s.test(text), text);
});
await check('a parameter that does not exist fails the build', () => {
  const { status, text } = api('parameter', documented.replace('a number.', 'a number.\n * @param y - not there\n'));
  expect(status === 1 && text.includes('"y"'), text);
});
await check('a link to a symbol that does not exist fails the build', () => {
  const { status, text } = api('link', documented.replace('a number.', '{@link Nobody}.'));
  expect(status === 1 && text.includes('Nobody'), text);
});
await check('the site as built has no broken link', () => {
  const { status, text } = finish(copyOfSite(''));
  expect(status === 0, text);
});
await check('a link that leads nowhere fails the build', () => {
  const { status, text } = finish(copyOfSite('<a href="/how-to/nothing/">x</a>'));
  expect(status === 1 && text.includes('/how-to/nothing/'), text);
});
await check('a link to a place that its page lacks fails the build', () => {
  const { status, text } = finish(copyOfSite('<a href="/overview/#nowhere">x</a>'));
  expect(status === 1 && text.includes('#nowhere'), text);
});
await check('a picture from elsewhere fails the build', () => {
  const { status, text } = finish(copyOfSite('<img src="https://example.com/x.png">'));
  expect(status === 1 && text.includes('example.com'), text);
});
await check(`a plain page runs at most ${MOST_GZIPPED} bytes of script, without TensorFlow.js`, () => {
  const read = /** @param {string} path */ (path) => readFileSync(join(dist, path), 'utf8');
  const { files, bytes, gzipped } = scriptBytes(read('/overview/index.html'), read);
  console.log(`  /overview/: ${files.length} files, ${bytes} bytes, ${gzipped} gzipped`);
  expect(gzipped <= MOST_GZIPPED, `${gzipped} bytes: ${files.join(', ')}`);
  for (const file of files) expect(!SIGN_OF_TFJS.test(read(file)), `${file} holds TensorFlow.js`);
});
rmSync(folder, { recursive: true, force: true });
console.log(`${count.passed} passed, ${count.failed} failed, 0 skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;

/** @type {(name: string, run: () => void | Promise<void>) => Promise<void>} */
async function check(name, run) {
  try {
    await run();
    count.passed++;
    console.log(`passed: ${name}`);
  } catch (error) {
    count.failed++;
    console.log(`FAILED: ${name}\n  ${error instanceof Error ? error.message : error}`);
  }
}

/** @type {(isSo: boolean, text: string) => void} */
function expect(isSo, text) {
  if (!isSo) throw new Error(text);
}

/** Runs the API step over one package with one file. @type {(name: string, source: string) => { status: number | null, text: string }} */
function api(name, source) {
  const home = join(folder, name);
  mkdirSync(join(home, 'packages', 'sample', 'src'), { recursive: true });
  writeFileSync(join(home, 'packages', 'sample', 'src', 'index.ts'), source);
  writeFileSync(
    join(home, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, target: 'ES2022', types: [] }, include: ['packages/*/src/index.ts'] }),
  );
  const args = [
    join(here, 'prepare', 'api.mjs'),
    join(home, 'out'),
    '--packages',
    join(home, 'packages'),
    '--tsconfig',
    join(home, 'tsconfig.json'),
  ];
  return run(args);
}

/** A copy of the built site with some HTML more on its start page. @type {(html: string) => string} */
function copyOfSite(html) {
  const copy = join(folder, 'dist');
  cpSync(dist, copy, { recursive: true });
  const page = join(copy, 'index.html');
  writeFileSync(page, readFileSync(page, 'utf8').replace('</main>', `${html}</main>`));
  return copy;
}

/** @type {(site: string) => { status: number | null, text: string }} */
function finish(site) {
  return run([join(here, 'finish.mjs'), site]);
}

/** @type {(args: readonly string[]) => { status: number | null, text: string }} */
function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}
