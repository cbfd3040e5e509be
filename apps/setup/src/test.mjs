// `npm test [-- vitest filter]`: makes the machine ready, then runs every check. The Node version comes first, as in start.mjs.
import { nodeVersionProblem } from './node-version.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else {
  const { testJob } = await import('./test-job.mjs');
  await testJob(process.argv.slice(2));
}
