import type { ImageSet } from '@halftone/data';
import type { Finding, Picture } from '../lesson.ts';

/** Unseen pictures that are shown with their answers. */
export const SHOWN = 6;

/** What is known before the stop; it travels in the checkpoint, so it is JSON. */
export type Facts = { readonly known: number; readonly untrained: Straight; readonly float32: Straight; readonly mixed: Straight };
export type Straight = {
  readonly known: number;
  readonly curve: readonly number[];
  /** Of each frozen kernel. */
  readonly storages: readonly string[];
  readonly bytes: number;
  /** SHA-256 of all weights. */
  readonly digest: string;
};
export interface Resumed {
  readonly facts: Facts;
  /** Epochs that were done when the checkpoint was saved. */
  readonly from: number;
  readonly curve: readonly number[];
  readonly known: number;
  readonly digest: string;
  readonly file: FileTrip;
}
export interface FileTrip {
  readonly bytes: readonly [float32: number, half: number];
  readonly reported: number;
  readonly fromFloat32: number;
  readonly fromHalf: number;
  readonly opened: Float32Array;
  readonly inHalf: Float32Array;
}

/** Where the first so many pictures of the digits `first` to `first + 4` are. */
export function chosen({ labels }: ImageSet, first: number, wanted: number): number[] {
  return [...labels.keys()].filter((i) => Math.floor((labels[i] ?? 0) / 5) === first / 5).slice(0, wanted);
}

/** The table, the promises and the pictures. Pure. */
export function transferFinding(epochs: number, set: ImageSet, { facts, from, curve, known, digest, file }: Resumed): Finding {
  const { untrained, float32, mixed } = facts;
  const straights = [
    ['untrained base, float32', untrained],
    ['float32', float32],
    ['mixed_float16', mixed],
  ] as const;
  const same = digest === mixed.digest;
  const [wide, narrow] = file.bytes;
  return {
    columns: ['training', 'loss at the end', 'known of unseen', 'frozen kernels', 'of them in half'],
    rows: [
      ['the base, digits 0 to 4', '', percent(facts.known), '', ''],
      ...straights.map(([name, one]) => [
        name,
        fixed(endOf(one)),
        percent(one.known),
        `${one.bytes} bytes`,
        `${halves(one)} of ${one.storages.length}`,
      ]),
      [
        `mixed_float16, stopped at epoch ${from} of ${epochs} and gone on`,
        fixed(curve.at(-1)),
        percent(known),
        `${mixed.bytes} bytes`,
        same ? 'the same bits' : 'other bits',
      ],
    ],
    claims: [
      claim(
        'what the base learnt of 0 to 4 helps with 5 to 9: in the same epochs the loss falls to less than half of that over an untrained base',
        endOf(float32) < 0.5 * endOf(untrained),
        `${fixed(endOf(float32))} against ${fixed(endOf(untrained))}`,
      ),
      claim(
        'in mixed_float16 as much is known as in float32, within 3 points',
        Math.abs(mixed.known - float32.known) <= 0.03,
        `${percent(mixed.known)} and ${percent(float32.known)}`,
      ),
      claim(
        'frozen kernels of 256 numbers and more lie in half, without masters',
        halves(mixed) === 2 && halves(float32) === 0,
        `${mixed.storages.join(', ')}; ${mixed.bytes} bytes instead of ${float32.bytes}`,
      ),
      claim(
        'the file in half is half as large',
        narrow === file.reported && Math.abs(narrow / wide - 0.5) < 0.01,
        `${narrow} bytes of weights instead of ${wide}`,
      ),
      claim(
        'plain tfjs opens it: its predictions are those of the model in float32, within 0.001',
        file.fromFloat32 <= 1e-3,
        `at most ${file.fromFloat32.toExponential(1)} away`,
      ),
      claim(
        'and those of the model that computes in half, within 0.01',
        file.fromHalf <= 1e-2,
        `at most ${file.fromHalf.toExponential(1)} away`,
      ),
      claim(
        'a run that was stopped, disposed and restored ends with the bits of the run that never stopped',
        same && from > 0 && from < epochs,
        `SHA-256 of all weights ${digest.slice(0, 12)}… and ${mixed.digest.slice(0, 12)}…, gone on at epoch ${from} of ${epochs}`,
      ),
    ],
    numbers: {
      'base.known': facts.known,
      ...Object.fromEntries(
        Object.entries({ untrained, float32, mixed }).flatMap(([name, one]) => [
          [`${name}.loss`, endOf(one)],
          [`${name}.known`, one.known],
          [`${name}.bytes`, one.bytes],
        ]),
      ),
      'file.float32': wide,
      'file.half': narrow,
    },
    pictures: pictures(epochs, set, { facts, from, curve, known, digest, file }),
  };
}

function pictures(epochs: number, set: ImageSet, { facts, from, curve, file }: Resumed): Picture[] {
  const { side } = set;
  const shown = chosen(set, 5, SHOWN);
  const named = (chances: Float32Array) => {
    const answers = likeliest(chances);
    return shown.map((at, i) => ({
      label: String((answers[i] ?? 0) + 5),
      side,
      values: set.pixels.slice(at * side * side, (at + 1) * side * side),
    }));
  };
  const points = (losses: readonly number[], first: number) => losses.map((loss, i) => [first + i + 1, loss] as const);
  return [
    {
      kind: 'curves',
      title: 'Digits 5 to 9',
      x: 'epoch',
      y: 'cross-entropy',
      series: [
        { name: 'untrained base', points: points(facts.untrained.curve, 0) },
        { name: 'float32', points: points(facts.float32.curve, 0) },
        { name: 'mixed_float16', points: points(facts.mixed.curve, 0) },
        { name: 'stopped, gone on', points: points(curve, from) },
      ],
      summary: `The loss over the epochs. The run that was stopped at epoch ${from} of ${epochs} goes on exactly on the curve of the one that never stopped; over an untrained base the loss stays higher.`,
    },
    {
      kind: 'images',
      title: 'What the file in half answers',
      rows: [
        { caption: 'in mixed_float16', images: named(file.inHalf) },
        { caption: 'plain tfjs, cpu', images: named(file.opened) },
      ],
      summary: 'Unseen digits with the answer of the model in mixed precision, and that of plain tfjs with the file in half.',
    },
  ];
}

const claim = (what: string, holds: boolean, found: string): Finding['claims'][number] => ({ what, holds, found });
const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
const fixed = (value: number | undefined): string => (value ?? Number.NaN).toFixed(4);
const endOf = ({ curve }: Straight): number => curve.at(-1) ?? Number.NaN;
const halves = ({ storages }: Straight): number => storages.filter((storage) => storage !== 'float32').length;

/** The class with the highest chance, of each row of five. */
export function likeliest(chances: ArrayLike<number>): number[] {
  return Array.from({ length: chances.length / 5 }, (_, row) => {
    const five = Array.from({ length: 5 }, (_, i) => chances[row * 5 + i] ?? 0);
    return five.indexOf(Math.max(...five));
  });
}
