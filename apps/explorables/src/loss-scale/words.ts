import { inShort, percent, powerOfTwo } from '../shared/number-words.ts';
import type { CaptionedTable } from '../shared/captioned-table.ts';
import type { GradientRecord } from './gradient-record.ts';
import type { ReplayStep } from './replay.ts';
import { eventsOf } from './replay.ts';
import type { Fate, Shares } from './shares.ts';
import { combine, sharesAt } from './shares.ts';

export const fateNames = {
  zero: 'become zero',
  subnormal: 'lose bits (subnormal)',
  normal: 'keep full precision',
  overflow: 'overflow',
} as const satisfies Readonly<Record<Fate, string>>;

export const fates = ['zero', 'subnormal', 'normal', 'overflow'] as const satisfies readonly Fate[];

/** A power of two as the exponent and in digits: `2¹⁶ = 65,536`. */
export function scaleWords(exponent: number): string {
  return `${powerOfTwo(exponent)} = ${(2 ** exponent).toLocaleString('en')}`;
}

/** What becomes of the gradients, in one sentence. */
export function sharesSummary(shares: Shares, scaleExponent: number): string {
  const parts = fates.map((fate) => `${percent(shares[fate], shares.total)} ${fateNames[fate]}`);
  return `Loss times ${scaleWords(scaleExponent)}: of ${shares.total.toLocaleString('en')} gradients that are not zero in float32, ${parts.join(', ')}.`;
}

/** What becomes of the gradients of each layer, as a table. */
export function sharesTable({ names, counts }: GradientRecord, stepIndex: number, scaleExponent: number): CaptionedTable {
  const at = (name: string): Shares => sharesAt(counts[name]?.[stepIndex] ?? { first: 0, counts: [], zeros: 0 }, scaleExponent);
  const all = sharesAt(combine(names.flatMap((name) => counts[name]?.[stepIndex] ?? [])), scaleExponent);
  const row = (name: string, shares: Shares): string[] => [name, ...fates.map((fate) => percent(shares[fate], shares.total))];
  return {
    caption: `Gradients in float16 at a loss scale of ${powerOfTwo(scaleExponent)}, by layer`,
    columns: ['gradient of', ...fates.map((fate) => fateNames[fate])],
    rows: [...names.map((name) => row(name, at(name))), row('all of them', all)],
  };
}

/** What happened in a replay, in two sentences. */
export function replaySummary(steps: readonly ReplayStep[]): string {
  const skipped = steps.filter(({ outcome }) => outcome !== 'applied').map(({ step }) => step);
  const named = skipped.length > 8 ? `${skipped.slice(0, 8).join(', ')}, …` : skipped.join(', ');
  const [first, last] = [steps[0], steps.at(-1)];
  const counted =
    skipped.length === 0 ? 'none was skipped' : `${skipped.length} skipped (${skipped.length === 1 ? 'step' : 'steps'} ${named})`;
  return `${steps.length} steps: ${steps.length - skipped.length} applied, ${counted}. The scale begins at ${scaleText(first?.scale ?? 1)} and ends at ${scaleText(last?.state.scale ?? 1)}.`;
}

/** Every step at which something happened, as a table. */
export function eventsTable(steps: readonly ReplayStep[]): CaptionedTable {
  return {
    caption: 'Steps that were skipped or moved the scale',
    columns: ['step', 'what happened', 'scale afterwards'],
    rows: eventsOf(steps).map(({ step, what, scaleAfter }) => [String(step), what, scaleText(scaleAfter)]),
  };
}

/** A scale as a power of two where it is one. */
export function scaleText(scale: number): string {
  const exponent = Math.log2(scale);
  return Number.isInteger(exponent) ? powerOfTwo(exponent) : inShort(scale);
}
