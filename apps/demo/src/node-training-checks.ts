import { worstDifference, type Claim } from './claims.ts';
import { judge } from './outcome.ts';
import type { RunResult } from './run-result.ts';

/** The runs of one network on TensorFlow that the checks compare. All are on real digits, from one seed. */
export interface CheckedNodeRuns {
  /** Stock tfjs-node. */
  readonly stock: RunResult;
  readonly float16: RunResult;
  readonly bfloat16: RunResult;
  /** The first steps only. */
  readonly float32: RunResult;
  readonly everythingHalf: RunResult;
  /** The first steps of mixed_float16 from one loss scale, by each plug-in. */
  readonly first: Readonly<Record<'node' | 'emulate' | 'webgpu', RunResult>>;
}

/** The bounds that the claims name. */
export const NODE_BOUNDS = {
  accuracyPoints: 0.5,
  accuracy: 0.95,
  firstLosses: 20,
  plugins: 1e-2,
  products: 0.5, // of the float inputs of matrix products and convolutions
} as const;

const MIXED = ['float16', 'bfloat16'] as const satisfies (keyof CheckedNodeRuns)[];
const percents = (...runs: readonly RunResult[]): string =>
  runs.map(({ accuracy }) => `${(100 * (accuracy ?? 0)).toFixed(2)} %`).join(', ');

/** What must hold of a training on real digits inside TensorFlow. */
export const NODE_TRAINING_CHECKS: readonly Claim<CheckedNodeRuns>[] = [
  {
    claim: `float32, mixed_float16 and mixed_bfloat16 are as accurate as stock tfjs-node (within ${NODE_BOUNDS.accuracyPoints} points, all at least ${100 * NODE_BOUNDS.accuracy} %)`,
    find: ({ stock, float32, float16, bfloat16 }) => {
      const runs = [stock, float16, bfloat16];
      const accuracies = runs.map(({ accuracy }) => accuracy ?? 0);
      const spread = 100 * (Math.max(...accuracies) - Math.min(...accuracies));
      const sameBits = float32.losses.length > 0 && float32.losses.every((loss, i) => loss === stock.losses[i]);
      const passed = spread <= NODE_BOUNDS.accuracyPoints + 1e-9 && Math.min(...accuracies) >= NODE_BOUNDS.accuracy && sameBits;
      return { passed, figures: `${percents(...runs)}; float32 gives stock's losses ${sameBits ? 'to the bit' : 'NOT TO THE BIT'}` };
    },
  },
  {
    claim: 'trained weights and what Adam keeps are float32 inside TensorFlow',
    find: (runs) => {
      const types = MIXED.flatMap((name) => [runs[name].tensorflow?.weightTypes, runs[name].tensorflow?.slotTypes]);
      const passed = types.every((counts) => (counts?.['float32'] ?? 0) > 0 && Object.keys(counts ?? {}).length === 1);
      return { passed, figures: types.map((counts) => JSON.stringify(counts)).join(' ') };
    },
  },
  {
    claim: 'handles do not grow between the first epoch and the third',
    find: (runs) => {
      const counts = [runs.stock, ...MIXED.map((name) => runs[name])].map(({ tensorflow }) => tensorflow?.handlesAfterEpoch ?? []);
      const passed = counts.every(([first, , third]) => first !== undefined && third !== undefined && third <= first);
      return { passed, figures: counts.map((own) => own.join(' ')).join(' | ') };
    },
  },
  {
    claim: 'a weight matrix is cast to half once a step, and casts are the same in every counted step',
    find: (runs) => {
      const facts = MIXED.map((name) => runs[name]);
      const passed = facts.every(
        ({ tensorflow, counters }) =>
          tensorflow !== null &&
          tensorflow.casts.weights > 0 &&
          tensorflow.casts.weights <= tensorflow.weightMatrices && // fewer where TensorFlow's product sums in half and is left in float32
          counters?.deterministic === true,
      );
      const told = facts.map(
        ({ tensorflow: own }) =>
          `${own?.casts.weights} for ${own?.weightMatrices} matrices, ${own?.casts.down} down and ${own?.casts.up} up in all`,
      );
      return { passed, figures: told.join('; ') };
    },
  },
  {
    claim: `in mixed_float16 at least ${100 * NODE_BOUNDS.products} % of the float inputs of matrix products and convolutions are half inside TensorFlow, in mixed_bfloat16 some, in float32 none`,
    find: (runs) => {
      const shares = (['float16', 'bfloat16', 'stock', 'float32'] as const).map((name) => {
        const { halfInputs, floatInputs } = runs[name].tensorflow?.products ?? { halfInputs: 0, floatInputs: 0 };
        return { halfInputs, floatInputs, share: halfInputs / floatInputs };
      });
      const [float16, bfloat16, ...others] = shares.map(({ share }) => share);
      const passed = (float16 ?? 0) >= NODE_BOUNDS.products && (bfloat16 ?? 0) > 0 && others.every((share) => share === 0);
      return { passed, figures: shares.map(({ halfInputs, floatInputs }) => `${halfInputs} of ${floatInputs}`).join(', ') };
    },
  },
  {
    claim: 'mixed losses are not those of float32',
    find: (runs) => {
      const worst = MIXED.map((name) => worstDifference(runs[name].losses, runs.stock.losses, runs.stock.losses.length));
      const passed = worst.every((difference) => difference > 0 && Number.isFinite(difference));
      return { passed, figures: `they differ by up to ${worst.map((difference) => difference.toExponential(1)).join(' and ')}` };
    },
  },
  {
    claim: 'a step with a loss scale reads no more from TensorFlow than a step without: the loss',
    find: ({ stock, float16 }) => ({
      passed: float16.counters?.readbacks === 1 && stock.counters?.readbacks === 1,
      figures: `${float16.counters?.readbacks} and ${stock.counters?.readbacks}`,
    }),
  },
  {
    claim: 'handles take fewer bytes at peak than in stock float32',
    find: ({ stock, ...runs }) => {
      const ratios = MIXED.map((name) => (runs[name].counters?.peakBytes ?? Infinity) / (stock.counters?.peakBytes ?? 0));
      return { passed: ratios.every((ratio) => ratio < 1), figures: ratios.map((ratio) => `${ratio.toFixed(3)}x`).join(', ') };
    },
  },
  {
    claim: 'everything in half fails visibly',
    find: ({ everythingHalf }) => {
      const outcome = judge(everythingHalf.losses);
      return { passed: outcome.kind !== 'learned', figures: outcome.text };
    },
  },
  {
    claim: `TensorFlow's half, the GPU's f16 and the emulation give the first ${NODE_BOUNDS.firstLosses} losses of mixed_float16 to 1 %, from one loss scale`,
    find: ({ first: { node, emulate, webgpu } }) => {
      const pairs = [
        [node, emulate],
        [node, webgpu],
        [emulate, webgpu],
      ] as const;
      const worst = pairs.map(([a, b]) => worstDifference(a.losses, b.losses, NODE_BOUNDS.firstLosses));
      return {
        passed: worst.every((difference) => difference <= NODE_BOUNDS.plugins),
        figures: `worst ${Math.max(...worst).toExponential(1)}`,
      };
    },
  },
];
