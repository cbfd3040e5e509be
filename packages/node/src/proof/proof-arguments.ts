import { parseArgs } from 'node:util';
import { unknownArguments, wholeNumber } from '../doctor/doctor-arguments.ts';

/** What the command was asked; absent means: as fits the device. */
export interface ProofArguments {
  readonly help: boolean;
  readonly out: string;
  readonly side?: number;
  readonly batch?: number;
  readonly steps?: number;
  readonly matmulSizes?: readonly number[];
}

export const PROOF_USAGE = `Measures mixed precision inside TensorFlow on this machine and writes a file to attach to an issue.

npx -p @halftone/node -p @tensorflow/tfjs-node-gpu@4.22.0 halftone-cuda-proof [options]

  --size N          side of ResNet-50's pictures (default: 224 on a GPU, 64 on a CPU)
  --batch N         pictures a step (default: 32 on a GPU, 2 on a CPU)
  --steps N         timed steps (default: 20 on a GPU, 3 on a CPU)
  --matmul LIST     sides of the matrices, with commas (default: 512 to 8192 on a GPU, 128 to 512 on a CPU)
  --out FILE        where the JSON is written (default: halftone-cuda-proof.json)
  --help            prints this

It runs on TensorFlow's CPU library too, and says so. Exit code: 0 all held, 1 something did not.
`;

const OPTIONS = {
  size: { type: 'string' },
  batch: { type: 'string' },
  steps: { type: 'string' },
  matmul: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line.
 *
 * @throws TypeError or RangeError that names the argument and what would do
 */
export function parseProofArguments(args: readonly string[]): ProofArguments {
  const values = parse(args);
  const [side, batch, steps] = [
    wholeNumber('--size', values.size),
    wholeNumber('--batch', values.batch),
    wholeNumber('--steps', values.steps),
  ];
  const matmulSizes = values.matmul?.split(',').map((size) => wholeNumber('--matmul', size) as number);
  return {
    help: values.help ?? false,
    out: values.out ?? 'halftone-cuda-proof.json',
    ...(side === undefined ? {} : { side }),
    ...(batch === undefined ? {} : { batch }),
    ...(steps === undefined ? {} : { steps }),
    ...(matmulSizes === undefined ? {} : { matmulSizes }),
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw unknownArguments(cause);
  }
}
