import { worstDifference, type Claim } from './claims.ts';
import { judge } from './outcome.ts';
import type { RunResult } from './run-result.ts';

/** The runs that the checks compare. All are on real digits, from one seed. */
export interface CheckedRuns {
  readonly stock: RunResult;
  readonly mixed: RunResult;
  /** The first steps only. */
  readonly everythingHalf: RunResult;
  readonly packed: RunResult;
  readonly emulated: RunResult;
  /** From a loss scale that is far too high. */
  readonly overflowing: RunResult;
}

/** The bounds that the claims name. */
export const BOUNDS = {
  lossRatio: [0.9, 1.1], // mean of the last tenth, mixed over stock
  accuracyPoints: 2, // one seed and 2,000 held-out pictures: one deviation of the difference is about half a point
  accuracy: 0.9, // of a short training
  peak: 0.75,
  packed: 1e-3, // three digits
  emulated: 1e-2,
  emulatedSteps: 20,
} as const;

/** What must hold of a short training on real digits. */
export const TRAINING_CHECKS: readonly Claim<CheckedRuns>[] = [
  {
    claim: `mixed_float16 ends with the loss of stock float32 (ratio within ${BOUNDS.lossRatio.join(' and ')})`,
    find: ({ stock, mixed }) => {
      const ratio = judge(mixed.losses).finalLoss / judge(stock.losses).finalLoss;
      return { passed: ratio >= BOUNDS.lossRatio[0] && ratio <= BOUNDS.lossRatio[1], figures: `ratio ${ratio.toFixed(4)}` };
    },
  },
  {
    claim: `mixed_float16 is as accurate as stock float32 (within ${BOUNDS.accuracyPoints} points, both at least ${100 * BOUNDS.accuracy} %)`,
    find: ({ stock, mixed }) => {
      const [theirs, ours] = [100 * (stock.accuracy ?? 0), 100 * (mixed.accuracy ?? 0)];
      const passed = Math.abs(ours - theirs) <= BOUNDS.accuracyPoints && Math.min(ours, theirs) >= 100 * BOUNDS.accuracy;
      return { passed, figures: `${ours.toFixed(2)} % against ${theirs.toFixed(2)} %` };
    },
  },
  {
    claim: 'half weights read back from their file keep that accuracy (within a point)',
    find: ({ mixed }) => {
      const [file, live] = [100 * (mixed.fileAccuracy ?? 0), 100 * (mixed.accuracy ?? 0)];
      return { passed: Math.abs(file - live) <= 1, figures: `${file.toFixed(2)} % of ${live.toFixed(2)} %` };
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
    claim: `the peak of device bytes is at most ${BOUNDS.peak} of stock float32's`,
    find: ({ stock, mixed }) => {
      const ratio = (mixed.counters?.peakBytes ?? Infinity) / (stock.counters?.peakBytes ?? 0);
      return { passed: ratio <= BOUNDS.peak, figures: `${ratio.toFixed(3)}` };
    },
  },
  {
    claim: 'a step with a loss scale reads back no more than a step without: the loss',
    find: ({ stock, mixed }) => ({
      passed: mixed.counters?.readbacks === 1 && stock.counters?.readbacks === 1,
      figures: `${mixed.counters?.readbacks} and ${stock.counters?.readbacks}`,
    }),
  },
  {
    claim: 'no pipeline is built after the second step, and counted steps agree',
    find: ({ mixed }) => ({
      passed: mixed.counters?.latePipelines === 0 && mixed.counters.deterministic,
      figures: `${mixed.counters?.latePipelines} built late`,
    }),
  },
  {
    claim: 'packed halves give the losses of f16 to 3 digits',
    find: ({ mixed, packed }) => {
      const worst = worstDifference(packed.losses, mixed.losses, packed.losses.length);
      return {
        passed: packed.codec === 'packed-f16' && mixed.codec === 'f16' && worst <= BOUNDS.packed,
        figures: `${packed.losses.length} steps, worst ${worst.toExponential(1)}`,
      };
    },
  },
  {
    claim: `emulated float16 gives the first ${BOUNDS.emulatedSteps} losses of the GPU's f16 to 1 %`,
    find: ({ mixed, emulated }) => {
      const worst = worstDifference(emulated.losses, mixed.losses, BOUNDS.emulatedSteps);
      return { passed: worst <= BOUNDS.emulated, figures: `worst ${worst.toExponential(1)}` };
    },
  },
  {
    claim: 'a loss scale that is far too high is skipped, lowered, and the training goes on',
    find: ({ overflowing }) => {
      const [first] = overflowing.scaleHistory;
      const finite = overflowing.losses.every(Number.isFinite);
      const applied = overflowing.skipped < overflowing.losses.length;
      const passed = finite && applied && overflowing.skipped > 0 && (overflowing.scale ?? Infinity) < (first?.scale ?? 0) * 2;
      return {
        passed,
        figures: `${overflowing.skipped} of ${overflowing.losses.length} steps skipped, scale ends at ${overflowing.scale}`,
      };
    },
  },
];
