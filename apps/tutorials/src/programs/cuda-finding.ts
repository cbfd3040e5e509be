import type { Finding, Length } from '../lesson.ts';

/** What one training gave. */
export interface TrainedInside {
  readonly losses: readonly number[];
  readonly accuracy: number;
  /** The most that the plug-in held, the pictures left out. */
  readonly peakBytes: number;
  readonly inside: Inside | null;
}

/** What only TensorFlow's plug-in counts. */
export interface Inside {
  readonly version: string;
  readonly device: string;
  readonly formats: string;
  /** Of products and convolutions, gradients included, the share whose float inputs were halves. */
  readonly halfProducts: number;
  readonly casts: number;
  readonly casts32: number;
  /** Live handles at the end of each epoch: they must not grow. */
  readonly handles: readonly number[];
}

const POINTS = 3; // of accuracy: three deviations of the difference on 1,000 pictures
/** The share of unseen digits that both must name. */
const LEAST = { full: 0.95, short: 0.8, glance: 0.5 } as const satisfies Record<Length, number>;

/** What the program found out, before it is judged. */
export interface CudaFacts {
  readonly doctor: readonly (readonly [part: string, status: string, found: string])[];
  readonly float32: TrainedInside;
  readonly mixed: TrainedInside;
  readonly length: Length;
}

/** Compares both trainings, lists what TensorFlow did and what the doctor said, and judges what the page promises. Pure. */
export function cudaFinding({ doctor, float32, mixed, length }: CudaFacts): Finding {
  const least = LEAST[length];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const both = (value: (trained: TrainedInside) => string): [string, string] => [value(float32), value(mixed)];
  const counted = (what: string, value: (inside: Inside) => string): [string, string, string][] =>
    mixed.inside === null ? [] : [[what, ...both(({ inside }) => (inside === null ? '-' : value(inside)))]];
  const handles = [float32, mixed].flatMap(({ inside }) => (inside === null ? [] : [inside.handles]));
  return {
    columns: ['', 'float32', 'mixed_float16'],
    rows: [
      ['accuracy on digits never seen', ...both(({ accuracy }) => percent(accuracy))],
      ['loss at the end', ...both((trained) => finalLoss(trained).toFixed(4))],
      ['most bytes held, pictures left out', ...both(({ peakBytes }) => mebibytes(peakBytes))],
      ...counted('float inputs of products that were halves', ({ halfProducts }) => percent(halfProducts)),
      ...counted('casts in one step, to half and back', ({ casts, casts32 }) => `${casts}, ${casts32}`),
      ...counted('handles after each epoch', (inside) => inside.handles.join(', ')),
      ...counted('TensorFlow', ({ version, device }) => `${version}, ${device.toUpperCase()}`),
      ...doctor,
    ],
    claims: [
      {
        what: `mixed precision names unseen digits as well as float32, within ${POINTS} points, and both name ${percent(least)} or more`,
        holds: Math.abs(mixed.accuracy - float32.accuracy) <= POINTS / 100 && Math.min(float32.accuracy, mixed.accuracy) >= least,
        found: both(({ accuracy }) => percent(accuracy)).join(' and '),
      },
      {
        what: 'both end at the same loss, within a tenth',
        holds: Math.abs(finalLoss(mixed) / finalLoss(float32) - 1) <= 0.1,
        found: both((trained) => finalLoss(trained).toFixed(4)).join(' and '),
      },
      {
        what: 'training takes fewer bytes',
        holds: mixed.peakBytes < float32.peakBytes,
        found: both(({ peakBytes }) => mebibytes(peakBytes)).join(' and '),
      },
      ...(mixed.inside === null
        ? []
        : [
            {
              what: 'TensorFlow multiplies halves, and in float32 none',
              holds: mixed.inside.halfProducts > 0.25 && float32.inside?.halfProducts === 0,
              found: percent(mixed.inside.halfProducts),
            },
            {
              what: 'no handle is left behind by an epoch',
              holds: handles.every((list) => list.every((count) => count === list[0])),
              found: handles.map((list) => list.join(', ')).join('; '),
            },
          ]),
    ],
    numbers: {
      accuracyFloat32: float32.accuracy,
      accuracyMixed: mixed.accuracy,
      lossFloat32: finalLoss(float32),
      lossMixed: finalLoss(mixed),
      peakBytesFloat32: float32.peakBytes,
      peakBytesMixed: mixed.peakBytes,
      ...(mixed.inside === null
        ? {}
        : { castsInAStep: mixed.inside.casts + mixed.inside.casts32, halfProducts: mixed.inside.halfProducts }),
    },
    pictures: [
      {
        kind: 'curves',
        title: 'Loss of each batch',
        x: 'step',
        y: 'loss',
        series: [
          { name: 'float32', points: float32.losses.map((loss, i) => [i + 1, loss] as const) },
          { name: 'mixed_float16', points: mixed.losses.map((loss, i) => [i + 1, loss] as const) },
        ],
        summary: `Both losses fall together, to ${finalLoss(float32).toFixed(3)} and ${finalLoss(mixed).toFixed(3)}.`,
      },
    ],
  };
}

/** Mean of the last tenth: one batch says little. */
function finalLoss({ losses }: TrainedInside): number {
  const last = losses.slice(-Math.ceil(losses.length / 10));
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}
