// Runs the tests on TensorFlow again, through the JavaScript of tfjs-node-gpu: installed without its download, with the addon that is built against the test library.
import { join } from 'node:path';
import { closingLine } from './closing-line.mjs';
import { root } from './folders.mjs';
import { provide } from './needs.mjs';
import { orOneLine } from './say.mjs';
import { runVitest } from './vitest-run.mjs';

await orOneLine(async () => {
  const through = join(root, 'packages', 'node', 'test', 'through-gpu-package.cjs');
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --require ${JSON.stringify(through)}`.trim();
  const outcome = await runVitest(process.argv.slice(2), { tensorflow: await provide('tensorflow') }, { projects: ['tensorflow'] });
  for (const skip of outcome.skips) console.log(`skipped: ${skip}`);
  console.log(closingLine(outcome));
  process.exitCode = outcome.failed === 0 ? 0 : 1;
});
