import type { Storage } from '@halftone/autocast';
import type { Finding, Length } from '../lesson.ts';

const BOUND = 0.02; // how far losses may be apart
const LEARNED = { full: 0.6, short: 0.7, glance: 0.75 } as const satisfies Record<Length, number>; // part of the loss of guessing

/** What one training left. */
export interface TrainedGpt {
  readonly policy: string;
  readonly losses: readonly number[];
  /** On text that was never trained on. */
  readonly heldOut: number;
  readonly text: string;
  readonly peakBytes: number;
  readonly skipped: number;
}

/** A row of attention in which every place is hidden. */
export interface HiddenRow {
  /** How the scores are stored once the mask is on them. */
  readonly storage: Storage;
  /** What the row's attention adds up to; it should be 1. */
  readonly sum: number;
}

interface MaskFinding {
  /** Under each policy, the last with everything in half: with a mask as everybody writes it, and with one that fits into half. */
  readonly rows: readonly { readonly usual: HiddenRow; readonly small: HiddenRow }[];
  /** How many there are. */
  readonly characters: number;
  readonly length: Length;
}

/** The table, the promises and the curves. Pure. */
export function languageFinding(trained: readonly TrainedGpt[], { rows, characters, length }: MaskFinding): Finding {
  const [guess, learned] = [Math.log(characters), LEARNED[length]];
  const base = trained[0]?.heldOut ?? Number.NaN;
  const gaps = trained.map(({ heldOut }) => heldOut / base - 1);
  const isWhole = ({ sum }: HiddenRow): boolean => Math.abs(sum - 1) < 0.01;
  const [mixed, everything] = [rows.slice(0, -1), rows.slice(-1)];
  const percent = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(2)} %`;
  const end = ({ losses }: TrainedGpt): number => losses.slice(-20).reduce((sum, loss) => sum + loss, 0) / Math.min(20, losses.length);
  const farthest = ({ losses }: TrainedGpt): number =>
    Math.max(...losses.map((loss, step) => Math.abs(loss - (trained[0]?.losses[step] ?? 0))));
  return {
    columns: ['', ...trained.map(({ policy }) => policy), 'everything in float16'],
    rows: [
      ['loss on text never seen', ...trained.map(({ heldOut }) => heldOut.toFixed(4)), '-'],
      ['difference from float32', '-', ...gaps.slice(1).map(percent), '-'],
      ['steps skipped', ...trained.map(({ skipped }) => skipped), '-'],
      ['most bytes on the device', ...trained.map(({ peakBytes }) => `${(peakBytes / 2 ** 20).toFixed(1)} MiB`), '-'],
      ['it writes', ...trained.map(({ text }) => text.replaceAll('\n', ' / ')), '-'],
      ['scores under a mask of −1,000,000,000 lie in', ...rows.map(({ usual }) => usual.storage)],
      ['a row with all hidden adds up to', ...rows.map(({ usual }) => usual.sum.toFixed(3))],
      ['scores under a half mask of −10,000 lie in', ...rows.map(({ small }) => small.storage)],
      ['that row adds up to', ...rows.map(({ small }) => small.sum.toFixed(3))],
    ],
    claims: [
      {
        what: 'mixed float16 and bfloat16 read text never seen as well as float32: losses within 2 %',
        holds: gaps.every((gap) => Math.abs(gap) <= BOUND),
        found: gaps.slice(1).map(percent).join(' and '),
      },
      {
        what: `each has learned: its loss is below ${learned} of that of guessing, ${guess.toFixed(3)}`,
        holds: trained.every(({ heldOut }) => heldOut < learned * guess),
        found: trained.map(({ heldOut }) => heldOut.toFixed(3)).join(', '),
      },
      {
        what: 'in mixed precision a mask of −1,000,000,000 keeps the scores in float32, and a row with all hidden is still whole',
        holds: mixed.every(({ usual }) => usual.storage === 'float32' && isWhole(usual)),
        found: mixed.map(({ usual }) => `${usual.sum} in ${usual.storage}`).join(', '),
      },
      {
        what: 'with everything in float16 the same row is ruined',
        holds: everything.every(({ usual }) => usual.storage === 'float16' && !isWhole(usual)),
        found: everything.map(({ usual }) => `it adds up to ${usual.sum}`).join(),
      },
      {
        what: 'a mask of −10,000 fits: the scores stay in half and the row is whole under every policy',
        holds: rows.every(({ small }) => isWhole(small)) && rows.slice(1).every(({ small }) => small.storage !== 'float32'),
        found: rows.map(({ small }) => `${small.sum} in ${small.storage}`).join(', '),
      },
    ],
    numbers: {
      ...Object.fromEntries(
        trained.flatMap(({ policy, heldOut, skipped }) => [
          [`${policy}.loss`, heldOut],
          [`${policy}.skipped`, skipped],
        ]),
      ),
      guess,
    },
    pictures: [
      {
        kind: 'curves',
        title: 'Loss of each batch',
        x: 'step',
        y: 'loss',
        series: trained.map(({ policy, losses }) => ({ name: policy, points: losses.map((loss, step) => [step + 1, loss] as const) })),
        summary: `Three curves that lie on each other: ${trained.map((one) => `${one.policy} falls from ${one.losses[0]?.toFixed(2)} to ${end(one).toFixed(2)}`).join(', ')}.`,
      },
      {
        kind: 'curves',
        title: 'How far apart they are',
        x: 'step',
        y: 'loss less that of float32',
        series: trained.slice(1).map(({ policy, losses }) => ({
          name: policy,
          points: losses.map((loss, step) => [step + 1, loss - (trained[0]?.losses[step] ?? 0)] as const),
        })),
        summary: `The same losses less those of float32; the largest differences are ${trained
          .slice(1)
          .map((one) => `${farthest(one).toFixed(3)} in ${one.policy}`)
          .join(', ')}.`,
      },
    ],
  };
}
