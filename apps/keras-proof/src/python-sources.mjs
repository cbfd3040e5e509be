// `node apps/keras-proof/src/python-sources.mjs`: turns the project's python/*.py into sources/*.ts, so that a bundle carries their text.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../../../packages/models/src/keras/project');

for (const file of readdirSync(join(project, 'python')).filter((name) => name.endsWith('.py'))) {
  const stem = file.slice(0, -3);
  const text = readFileSync(join(project, 'python', file), 'utf8').replace(/[\\`]|\$\{/g, '\\$&');
  const note = `made of python/${file}: change that file, then run \`node apps/keras-proof/src/python-sources.mjs\``;
  writeFileSync(
    join(project, 'sources', `${stem.replaceAll('_', '-')}.ts`),
    `// ${note}\nexport const ${stem.toUpperCase()}_PY: string = \`${text}\`;\n`,
  );
}
