// What .ci/run runs: every check, with the sum on the last line. Arguments choose suites by a part of their name.
import { nodeVersionProblem } from './node-version.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else {
  const { ciJob } = await import('./ci-job.mjs');
  await ciJob(process.argv.slice(2));
}
