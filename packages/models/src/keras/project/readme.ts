import type { HandOver } from '../hand-over.ts';
import { JOB_NAME, WORKERS } from './container.ts';

const HOW_TO_RUN = {
  mirrored: `\`train.py\` uses all GPUs of the machine, or its CPU.`,
  multi_worker: `Start the same command on every machine, each with its own index and all with the same \`out/\` folder (\`HALFTONE_OUT\` names it):

\`\`\`sh
HALFTONE_WORKERS=first:2222,second:2222 JOB_COMPLETION_INDEX=0 python train.py   # on the machine \`first\`
HALFTONE_WORKERS=first:2222,second:2222 JOB_COMPLETION_INDEX=1 python train.py   # on the machine \`second\`
\`\`\`

\`TF_CONFIG\`, where it is set, is used instead.`,
  tpu: `\`TPU_NAME\` names the TPU; without it the one of this machine is used. **This configuration was written and loaded by Keras; it was
never run on a TPU.** Run \`python train.py --check\` and a few steps with \`--steps 10\` before you trust it.`,
} as const;

/** The text of the project's README.md. Pure. */
export function readme(training: HandOver): string {
  const { strategy, step, batchSize, data } = training;
  return `# A training that goes on in Keras

Written by \`scaleOut\` of Halftone at step ${step}: the model with its float32 weights, the optimizer's slots, the loss scale, each layer's
policy${data === null ? '' : ` and ${data.count} examples`}. Nothing here has to be edited.

\`\`\`sh
python3.11 -m venv venv && . venv/bin/activate
pip install -r requirements.txt
python train.py --check   # loads all of it, prints the loss of the first ${batchSize} examples in float32
python train.py           # goes on for ${training.epochs} epochs
\`\`\`

${data === null ? 'No data was handed over: put TFRecord files of tf.train.Example into `data/` and describe them in `training.json`, or call `scaleOut` with data.\n\n' : ''}${HOW_TO_RUN[strategy]}

A step takes ${batchSize} examples over all replicas together. Their number must divide ${batchSize}; change \`batchSize\` in \`training.json\`
if it does not. \`python train.py --help\` names the options.

## On Kubernetes

\`\`\`sh
docker build -t ${JOB_NAME} . && kubectl apply -f job.yaml
\`\`\`

with your registry in front of the image's name, here and in \`job.yaml\`.${
    strategy === 'multi_worker'
      ? ` It starts ${WORKERS} workers; for another number change \`completions\`, \`parallelism\` and the list in \`HALFTONE_WORKERS\`. The volume has to be of a class that many machines can write (ReadWriteMany).`
      : ''
  }

## What it writes

\`out/\` holds \`weights.safetensors\`, \`optimizer.safetensors\` and \`training.json\`, every 100 steps (\`--save-every\`) and at the end, so that a crash
leaves the old save or the new one. \`out/log.jsonl\` has a line for each step: step, loss, loss scale, whether it was skipped. A run that was
killed goes on from there when it is started again; SIGTERM and Ctrl-C end the step and save. A worker that lost another one ends with exit
code 75: start it again.

\`scaleIn\` of Halftone takes this folder back into TensorFlow.js.

## What differs from TensorFlow.js

- Batch norms use the statistics of the whole batch, over all replicas. The moving statistics are theirs.
- A batch that the end of an epoch leaves incomplete is left out.
- Adam and its kin add their epsilon before the correction of the bias and not after it: a difference near 1e-7 of a step.
- A gradient that is not finite on one replica makes all of them skip the step. The loss scale stays between 2^-14 and 2^24.
`;
}
