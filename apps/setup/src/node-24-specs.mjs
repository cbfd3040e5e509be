// Runs tfjs-core's specs on the Node plug-in under Node 24, where stock tfjs-node cannot run: it calls what Node 23 took out, and the plug-in puts that back.
import { dirname, delimiter, join } from 'node:path';
import { root } from './folders.mjs';
import { node24 } from './node-24-program.mjs';
import { runCheck } from './run-command.mjs';
import { orOneLine } from './say.mjs';

await orOneLine(async () => {
  const { HALFTONE_NODE_24: node } = await node24();
  const env = { ...process.env, PATH: dirname(node) + delimiter + process.env['PATH'] };
  const args = [join(root, 'packages', 'testing', 'conformance.mjs'), '--plugin', 'node', '--mode', 'float32', ...process.argv.slice(2)];
  process.exitCode = await runCheck(node, args, { env });
});
