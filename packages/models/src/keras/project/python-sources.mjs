// `node packages/models/src/keras/project/python-sources.mjs`: turns python/*.py into sources/*.ts, so that a bundle carries their text.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const python = join(import.meta.dirname, 'python');

/**
 * The modules that the Python files become. Pure but for reading them.
 *
 * @returns {{ path: string, text: string }[]}
 */
export function sourceModules() {
  return readdirSync(python)
    .filter((file) => file.endsWith('.py'))
    .map((file) => {
      const name = `${file.slice(0, -3).toUpperCase()}_PY`;
      const text = readFileSync(join(python, file), 'utf8').replace(/[\\`]|\$\{/g, '\\$&');
      return {
        path: join(import.meta.dirname, 'sources', `${file.slice(0, -3).replaceAll('_', '-')}.ts`),
        text: `// made of python/${file} by python-sources.mjs: change that file, then run this\nexport const ${name}: string = \`${text}\`;\n`,
      };
    });
}

if (import.meta.filename === process.argv[1]) for (const { path, text } of sourceModules()) writeFileSync(path, text);
