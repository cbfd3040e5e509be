// The vitest project `long`: trainings, and the widest sweeps of kernels, minutes of them, on the GPU driver, and on TensorFlow and Keras where they can be had.
import { closingLine } from './closing-line.mjs';
import { provide } from './needs.mjs';
import { orOneLine } from './say.mjs';
import { runVitest } from './vitest-run.mjs';

await orOneLine(async () => {
  const outcome = await runVitest(
    process.argv.slice(2),
    { vulkan: await provide('vulkan'), tensorflow: await provide('tensorflow'), keras: await provide('keras') },
    { projects: ['long'] },
  );
  for (const skip of outcome.skips) console.log(`skipped: ${skip}`);
  console.log(closingLine(outcome));
  process.exitCode = outcome.failed === 0 ? 0 : 1;
});
