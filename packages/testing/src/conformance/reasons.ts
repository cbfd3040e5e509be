import { formatFacts } from '../tolerance.ts';
import type { Mode } from './options.ts';

/** The code of a known reason. */
export type ReasonCode = 'rounding' | 'harness' | 'printed' | 'tie';

/** Why a spec may fail in half. `--update` gives these codes; any other reason is a sentence that a person writes into the list. */
export const reasons: Readonly<Record<ReasonCode, string>> = {
  rounding: 'Right to within 4 units in the last place of the format; the spec asks for more digits than the format has.',
  harness: 'Compares epsilon with the precision that the conformance command itself overrides to get the half tolerance.',
  printed: 'Prints a value, and a value stored in half has other digits.',
  tie: 'Chooses between candidates that are closer than one unit in the last place of the format.',
} as const;

/** The reason that `--update` writes where it knows none; it has to be replaced by hand, and until then the command fails. */
export const UNEXPLAINED = 'unexplained';

const UNITS = 4;

/** Specs whose failure in half is understood, by how their names begin. */
const understood: readonly (readonly [start: string, code: ReasonCode])[] = [
  ['epsilon Epsilon is a function of float precision', 'harness'],
  ['tensor.toString ', 'printed'],
  ['threshold method otsu', 'tie'],
];

/**
 * Explains a failure in a half mode as far as a rule can.
 *
 * A difference counts as rounding only when the two numbers in the message are close in the format: a wrong answer is
 * never waved through because its message looks like one.
 *
 * Pure.
 *
 * @example
 * reasonFor('matmul', 'Arrays differ: actual[24] = 264, expected[24] = 265.', 'bfloat16'); // 'rounding'
 * reasonFor('matmul', 'Arrays differ: actual[24] = 0, expected[24] = 265.', 'bfloat16'); // 'unexplained'
 */
export function reasonFor(name: string, message: string, mode: Mode): ReasonCode | typeof UNEXPLAINED {
  if (mode === 'float32') return UNEXPLAINED;
  const known = understood.find(([start]) => name.startsWith(start));
  if (known !== undefined) return known[1];
  const numbers = /differ: actual\S* =+ (\S+), expected\S* =+ (\S+?)\.?$/.exec(message);
  if (numbers === null) return UNEXPLAINED;
  const [actual, expected] = [Number(numbers[1]), Number(numbers[2])];
  const { epsilon } = formatFacts[mode === 'bfloat16' ? 'bfloat16' : 'float16'];
  return Math.abs(actual - expected) <= UNITS * epsilon * Math.abs(expected) ? 'rounding' : UNEXPLAINED;
}
