// `npm start [-- args]`: makes the machine ready, then runs the demo. The Node version comes first, before any newer syntax is parsed.
import { nodeVersionProblem } from './node-version.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else {
  const { startJob } = await import('./start-job.mjs');
  await startJob(process.argv.slice(2));
}
