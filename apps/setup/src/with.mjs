// `node apps/setup/src/with.mjs [vulkan] [browser] [tensorflow] [build] SCRIPT [args]`: makes the machine ready, then runs a script of this repository.
// Set-up talks on stderr; stdin, stdout, signals and the exit code are the script's.
import { nodeVersionProblem } from './node-version.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else {
  const { scriptJob } = await import('./script-job.mjs');
  await scriptJob(process.argv.slice(2));
}
