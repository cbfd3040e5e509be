// Runs the tests that need no GPU again on Node 24, taken from the npm registry at a pinned version and hash.
import { delimiter, dirname } from 'node:path';
import { closingLine } from './closing-line.mjs';
import { node24 } from './node-24-program.mjs';
import { orOneLine } from './say.mjs';
import { runVitest } from './vitest-run.mjs';

await orOneLine(async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log(
      `skipped: Node 24 is pinned for Linux on amd64, this is ${process.platform} on ${process.arch}\n0 passed, 0 failed, 1 skipped`,
    );
    return;
  }
  const { HALFTONE_NODE_24: node } = await node24();
  process.env['PATH'] = dirname(node) + delimiter + process.env['PATH'];
  const outcome = await runVitest(process.argv.slice(2), {}, { node, projects: ['pure', 'cpu'] });
  for (const skip of outcome.skips) console.log(`skipped: ${skip}`);
  console.log(closingLine(outcome));
  process.exitCode = outcome.failed === 0 ? 0 : 1;
});
