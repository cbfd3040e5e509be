// `npm run api [-- --update]`: holds what each package exports against docs/api, so that a change of the public face is seen in a diff.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiText, changedLines } from './api-text.mjs';
import { publicPackages, root } from './public-packages.mjs';

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });
const folder = join(root, 'docs', 'api');
await mkdir(folder, { recursive: true });
const count = { passed: 0, failed: 0 };
for (const { folder: name, path, manifest } of await publicPackages()) {
  if (name === 'testing') continue; // for our own tests: it may change with them
  for (const [entry, target] of Object.entries(manifest['exports'])) {
    if (typeof target === 'string') continue;
    const file = entry === '.' ? `${name}.d.ts` : `${name}.${entry.slice(2)}.d.ts`;
    const kept = await readFile(join(folder, file), 'utf8').catch(() => undefined);
    const now = apiText(await readFile(join(path, target.types), 'utf8'));
    if (kept === now) count.passed++;
    else if (values.update) {
      await writeFile(join(folder, file), now);
      console.log(`docs/api/${file} is written`);
      count.passed++;
    } else {
      console.log(
        `docs/api/${file} ${kept === undefined ? 'is missing' : 'differs from what is exported'}. If that is meant: npm run api -- --update`,
      );
      for (const line of changedLines(kept ?? '', now).slice(0, 20)) console.log(`  ${line}`);
      count.failed++;
    }
  }
}
console.log(`${count.passed} passed, ${count.failed} failed, 0 skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
