import type { Finding, Length, PluginName } from '../lesson.ts';

/** What one training gave. */
export interface TrainedNetwork {
  readonly plugin: PluginName;
  readonly losses: readonly number[];
  /** Of held-out pictures, 0 to 1. */
  readonly accuracy: number;
  /** The most that the device held while it trained, the pictures themselves left out. */
  readonly peakBytes: number;
  readonly skipped: number;
  readonly scale: number | null;
}

/** What is promised: one deviation of the difference is half a point with 2,000 unseen digits and a whole one with 500. */
const BOUNDS = {
  full: { accuracyPoints: 1.5, least: 0.95 },
  short: { accuracyPoints: 3, least: 0.8 },
  glance: { accuracyPoints: 5, least: 0.6 },
} as const satisfies Record<Length, unknown>;

/** The share of float32's bytes: kernels of the emulation and of TensorFlow run one by one, and some of what lies between them is float32. */
const MOST_BYTES = { webgpu: 0.75, node: 0.9, emulate: 0.9 } as const satisfies Record<PluginName, number>;

/** Compares both trainings, and judges what the page promises. Pure. */
export function threeLinesFinding({
  float32,
  mixed,
  length,
}: {
  readonly float32: TrainedNetwork;
  readonly mixed: TrainedNetwork;
  readonly length: Length;
}): Finding {
  const points = 100 * (mixed.accuracy - float32.accuracy);
  const lossRatio = finalLoss(mixed) / finalLoss(float32);
  const peakRatio = mixed.peakBytes / float32.peakBytes;
  const { accuracyPoints, least } = BOUNDS[length];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return {
    columns: ['', 'float32', 'mixed_float16'],
    rows: [
      ['accuracy on digits never seen', percent(float32.accuracy), percent(mixed.accuracy)],
      ['loss at the end', finalLoss(float32).toFixed(4), finalLoss(mixed).toFixed(4)],
      ['most bytes on the device, pictures left out', mebibytes(float32.peakBytes), mebibytes(mixed.peakBytes)],
      ['steps skipped', '-', mixed.skipped],
      ['loss scale at the end', '-', mixed.scale === null ? '-' : `2^${Math.log2(mixed.scale)}`],
    ],
    claims: [
      {
        what: `mixed precision names unseen digits as well as float32, within ${accuracyPoints} points, and both name ${percent(least)} or more`,
        holds: Math.abs(points) <= accuracyPoints && Math.min(float32.accuracy, mixed.accuracy) >= least,
        found: `${percent(float32.accuracy)} and ${percent(mixed.accuracy)}`,
      },
      {
        what: 'both end at the same loss, within a tenth',
        holds: Math.abs(lossRatio - 1) <= 0.1,
        found: `ratio ${lossRatio.toFixed(4)}`,
      },
      {
        what: `training takes ${100 * MOST_BYTES[mixed.plugin]} % of the bytes, or fewer`,
        holds: peakRatio <= MOST_BYTES[mixed.plugin],
        found: `ratio ${peakRatio.toFixed(3)}`,
      },
    ],
    numbers: {
      accuracyFloat32: float32.accuracy,
      accuracyMixed: mixed.accuracy,
      lossFloat32: finalLoss(float32),
      lossMixed: finalLoss(mixed),
      peakBytesFloat32: float32.peakBytes,
      peakBytesMixed: mixed.peakBytes,
      skipped: mixed.skipped,
    },
    pictures: [
      {
        kind: 'curves',
        title: 'Loss of each batch',
        x: 'step',
        y: 'loss',
        series: [float32, mixed].map(({ losses }, i) => ({
          name: i === 0 ? 'float32' : 'mixed_float16',
          points: losses.map((loss, step) => [step + 1, loss] as const),
        })),
        summary: `Both losses fall together, from ${float32.losses[0]?.toFixed(2)} and ${mixed.losses[0]?.toFixed(2)} to ${finalLoss(float32).toFixed(3)} and ${finalLoss(mixed).toFixed(3)}.`,
      },
    ],
  };
}

/** Mean of the last tenth: one batch says little. */
function finalLoss({ losses }: TrainedNetwork): number {
  const last = losses.slice(-Math.ceil(losses.length / 10));
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}
