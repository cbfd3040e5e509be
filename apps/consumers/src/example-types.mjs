import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { root } from '../../setup/src/folders.mjs';

/** @import { Example } from '@halftone/testing/examples' */

/**
 * Type-checks the examples that are whole modules (they import what they use), against the built packages.
 *
 * @param {readonly Example[]} examples
 * @param {string} folder - is filled with one file for each
 * @returns {Promise<Map<Example, string[]>>} what the compiler says of each that was checked; empty lists are good
 */
export async function checkBlocks(examples, folder) {
  const whole = examples.filter(({ code }) => /^\s*import /.test(code));
  await mkdir(folder, { recursive: true });
  const files = whole.map((example, i) => ({ example, name: `block-${i}.ts` }));
  for (const { example, name } of files) await writeFile(join(folder, name), `${example.code}\nexport {};\n`);
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: folder, encoding: 'utf8' });
  const lines = stdout.split('\n');
  const found = new Map(files.map(({ example, name }) => [example, lines.filter((line) => line.startsWith(`${name}(`))]));
  if (status !== 0 && [...found.values()].every((faults) => faults.length === 0))
    throw new Error(`the type check of the examples ended with ${status}:\n${stdout}`);
  return found;
}
