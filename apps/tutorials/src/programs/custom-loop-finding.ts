import type { DigitData } from '@halftone/data';
import type { Finding, Picture } from '../lesson.ts';

/** What the second loss, that of redrawing, weighs beside the first. */
export const REDRAWING = 8;
/** Pictures that are shown redrawn. */
export const SHOWN = 5;

export interface Point {
  readonly step: number;
  readonly naming: number;
  readonly redrawing: number;
  readonly scale: number;
}
export interface Accident {
  /** After which step it came. */
  readonly step: number;
  readonly applied: boolean;
  readonly firstNonFinite: string | null;
  readonly scaleBefore: number;
  readonly scaleAfter: number;
  readonly compared: number;
  readonly changed: number;
}
export interface Outcome extends Judgement {
  readonly policy: string;
  readonly curve: readonly Point[];
  readonly scale: number;
  readonly skipped: number;
  readonly accident: Accident | null;
}
export interface Judgement {
  readonly naming: number;
  readonly redrawing: number;
  readonly accuracy: number;
  readonly drawings: Float32Array;
}

/** The table, the promises and the pictures. Pure. */
export function customLoopFinding(data: DigitData, outcomes: readonly [Outcome, Outcome], checks: Checks): Finding {
  const [float32, mixed] = outcomes;
  const { accident } = mixed;
  const [gapFloat32, gapMixed] = checks.gaps;
  return {
    columns: ['policy', 'naming loss', 'redrawing loss', 'known', 'loss scale', 'steps skipped', 'parts against whole batch'],
    rows: outcomes.map((outcome, i) => [
      outcome.policy,
      fixed(outcome.naming),
      fixed(outcome.redrawing),
      `${(100 * outcome.accuracy).toFixed(1)} %`,
      outcome.policy === 'float32' ? 'none' : outcome.scale,
      outcome.skipped,
      (checks.gaps[i] ?? Number.NaN).toExponential(1),
    ]),
    claims: [
      claim(
        'both losses fall in both runs',
        outcomes.every(({ curve }) => falls(curve, 'naming') && falls(curve, 'redrawing')),
        losses(outcomes),
      ),
      claim(
        'the sum of both losses on unseen pictures is within 5 % of float32',
        within(total(mixed), total(float32), 0.05),
        `${fixed(total(float32))} in float32, ${fixed(total(mixed))} in mixed_float16`,
      ),
      claim(
        'the batch that overflows is skipped',
        accident !== null && !accident.applied && accident.firstNonFinite !== null,
        `first gradient that is not finite: ${accident?.firstNonFinite ?? 'none'}`,
      ),
      claim(
        'the skipped step changes no bit of weights and of what Adam remembers',
        accident?.changed === 0,
        `${accident?.changed} of ${accident?.compared} tensors changed`,
      ),
      claim(
        'the scale halves',
        accident !== null && accident.scaleAfter === accident.scaleBefore / 2,
        `from ${accident?.scaleBefore} to ${accident?.scaleAfter}`,
      ),
      claim(
        'training goes on: the next steps are applied, and the scale grows again',
        accident !== null && recovers(mixed.curve, accident),
        `${mixed.skipped} skipped in all, scale ${mixed.scale} at the end`,
      ),
      claim(
        'without the scaler the same batch ruins the weights',
        checks.ruined > 0,
        `${checks.ruined} weight tensors hold NaN or infinity`,
      ),
      claim(
        'four parts give the gradient of the whole batch, within 1e-5 in float32 and 1e-3 in mixed_float16',
        gapFloat32 <= 1e-5 && gapMixed <= 1e-3,
        `${gapFloat32.toExponential(1)} and ${gapMixed.toExponential(1)}`,
      ),
      claim(
        'clipping sees true gradients: a step clipped to 0.05 is 0.05 long, whatever the scale',
        within(checks.clipped.moved, 0.05, 1e-3),
        `${checks.clipped.moved.toFixed(5)} long at scale ${checks.clipped.scale}`,
      ),
    ],
    numbers: Object.fromEntries(
      outcomes.flatMap(({ policy, naming, redrawing, accuracy, scale, skipped }) =>
        Object.entries({ naming, redrawing, accuracy, scale, skipped }).map(([name, value]) => [`${policy}.${name}`, value]),
      ),
    ),
    pictures: pictures(data, outcomes),
  };
}

function pictures(data: DigitData, outcomes: readonly Outcome[]): Picture[] {
  const { side, pixels } = data.heldOut;
  const image = (label: string, values: Float32Array, i: number) => ({
    label,
    side,
    values: values.slice(i * side * side, (i + 1) * side * side),
  });
  const shown = Array.from({ length: SHOWN }, (_, i) => i);
  const ends = outcomes.map(({ policy, redrawing }) => `${fixed(redrawing)} in ${policy}`).join(', ');
  return [
    {
      kind: 'curves',
      title: 'Naming loss',
      x: 'step',
      y: 'cross-entropy',
      series: outcomes.map(({ policy, curve }) => ({ name: policy, points: curve.map(({ step, naming }) => [step, naming]) })),
      summary: `The loss of naming the digit, step by step: ${losses(outcomes)}.`,
    },
    {
      kind: 'curves',
      title: 'Loss scale',
      x: 'step',
      y: 'scale, as a power of two',
      series: outcomes
        .slice(1)
        .map(({ policy, curve }) => ({ name: policy, points: curve.map(({ step, scale }) => [step, Math.log2(scale)]) })),
      summary:
        'The loss scale doubles after a while of good steps, and halves at the broken batch, half way, and wherever it had grown too far.',
    },
    {
      kind: 'images',
      title: 'Redrawn from 32 numbers',
      rows: [
        { caption: 'unseen', images: shown.map((i) => image(String(data.heldOut.labels[i]), pixels, i)) },
        ...outcomes.map(({ policy, drawings }) => ({
          caption: policy,
          images: shown.map((i) => image(String(data.heldOut.labels[i]), drawings, i)),
        })),
      ],
      summary: `Unseen digits and what both networks redraw from 32 numbers; the loss of redrawing is ${ends}.`,
    },
  ];
}

interface Checks {
  readonly gaps: readonly [float32: number, mixed: number];
  readonly clipped: { readonly moved: number; readonly scale: number };
  readonly ruined: number;
}

const claim = (what: string, holds: boolean, found: string): Finding['claims'][number] => ({ what, holds, found });
const fixed = (value: number): string => value.toFixed(4);
const total = ({ naming, redrawing }: Judgement): number => naming + REDRAWING * redrawing;
const within = (value: number, wanted: number, part: number): boolean => Math.abs(value - wanted) <= part * wanted;
const falls = (curve: readonly Point[], loss: 'naming' | 'redrawing'): boolean =>
  (curve.at(-1)?.[loss] ?? Number.NaN) < 0.8 * (curve[0]?.[loss] ?? 0);
const recovers = (curve: readonly Point[], { step, scaleAfter }: Accident): boolean =>
  curve.some((point) => point.step > step && point.scale > scaleAfter);
const losses = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ policy, curve }) => `${fixed(curve[0]?.naming ?? Number.NaN)} to ${fixed(curve.at(-1)?.naming ?? Number.NaN)} in ${policy}`)
    .join(', ');
