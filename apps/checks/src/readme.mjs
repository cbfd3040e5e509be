// `npm run readme [-- --check]`: rewrites the table of results in the README from the lists that the conformance command made.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultTable } from './result-table.mjs';

const root = join(import.meta.dirname, '../../..');
const lists = join(root, 'packages/testing/conformance');
const readme = join(root, 'README.md');
const MARKED = /(<!-- results: npm run readme -->\n)[\s\S]*?(<!-- \/results -->)/;

const files = (await readdir(lists)).filter((file) => file.endsWith('.json') && file !== 'flaky.json');
const results = Object.fromEntries(
  await Promise.all(files.map(async (file) => [file.slice(0, -5), JSON.parse(await readFile(join(lists, file), 'utf8'))])),
);
const before = await readFile(readme, 'utf8');
if (!MARKED.test(before))
  throw new Error(
    '[checks] README.md must hold the marks of the results, got none. Put them back: <!-- results: npm run readme --> and <!-- /results -->.',
  );
const after = before.replace(MARKED, `$1\n${resultTable(results)}\n\n$2`);
if (process.argv.includes('--check')) {
  if (after !== before) console.error('README.md: its table is not that of the result files. Rewrite it: npm run readme');
  process.exitCode = after === before ? 0 : 1;
} else {
  await writeFile(readme, after);
  console.log('README.md: the table is that of the result files');
}
