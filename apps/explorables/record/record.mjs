// `pnpm -C apps/explorables gradients`: trains the small network again and writes src/loss-scale/gradients.json. About half a minute, no GPU.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const program = join(root, 'dist', 'record-gradients.mjs');
await mkdir(join(program, '..'), { recursive: true });
await build({
  entryPoints: [join(import.meta.dirname, 'record-gradients.ts')],
  outfile: program,
  bundle: true,
  format: 'esm',
  platform: 'node',
  conditions: ['@halftone/source'],
  external: ['@tensorflow/*'],
});
/** @type {typeof import('./record-gradients.ts')} */
const { recordGradients, recording } = await import(pathToFileURL(program).href);
const record = await recordGradients(recording.steps, (step, loss) => {
  if (step % 20 === 0) console.log(`step ${step} of ${recording.steps}, loss ${loss.toFixed(3)}`);
});
await writeFile(join(root, 'src', 'loss-scale', 'gradients.json'), `${JSON.stringify(record)}\n`);
await rm(program);
