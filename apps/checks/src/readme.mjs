// `npm run readme [-- --check]`: rewrites the tables of results in the README, and docs/reference/results.md, from the files that commands made.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backendTable, resultPage } from './backend-table.mjs';
import { resultTable } from './result-table.mjs';

const root = join(import.meta.dirname, '../../..');
const lists = join(root, 'packages/testing/conformance');
const uses = join(root, 'apps/consumers/results');
const readme = join(root, 'README.md');

const read = /** @param {string} file */ async (file) => JSON.parse(await readFile(file, 'utf8'));
const files = (await readdir(lists)).filter((file) => file.endsWith('.json') && file !== 'flaky.json');
const specs = Object.fromEntries(await Promise.all(files.map(async (file) => [file.slice(0, -5), await read(join(lists, file))])));
const used = { consumers: await read(join(uses, 'consumers.json')), browsers: await read(join(uses, 'browsers.json')) };
const written = [
  [readme, await withTables(readme, { results: resultTable(specs), backends: backendTable(used) })],
  [join(root, 'docs/reference/results.md'), resultPage(used)],
];
for (const [file = '', text = ''] of written) {
  const before = await readFile(file, 'utf8').catch(() => '');
  const name = file.slice(root.length + 1);
  if (process.argv.includes('--check')) {
    if (text === before) continue;
    console.error(`${name}: its tables are not those of the result files. Rewrite them: npm run readme`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`${name}: its tables are those of the result files`);
  }
}

/**
 * @param {string} file
 * @param {Readonly<Record<string, string>>} tables - by the name in their marks
 */
async function withTables(file, tables) {
  let text = await readFile(file, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    const marked = new RegExp(`(<!-- ${name}: npm run readme -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!marked.test(text))
      throw new Error(
        `[checks] README.md must hold the marks of the ${name}, got none. Put them back: <!-- ${name}: npm run readme --> and <!-- /${name} -->.`,
      );
    text = text.replace(marked, `$1\n${table}\n\n$2`);
  }
  return text;
}
