import type { Maths } from './tape-maths.ts';
import type { Tape } from './tape.ts';

/** Smallest normal and largest finite float32. */
const LEAST_NORMAL = 2 ** -126;
const GREATEST = (2 - 2 ** -23) * 2 ** 127;

/** A gradient inside TensorFlow, held. */
export interface Measured {
  readonly id: number;
  readonly rank: number;
}

/**
 * min(1, limit / norm) as a scalar, held: the formula of @halftone/optimizer's `clip`, whose numbers neither overflow nor
 * vanish. Several gradients that lie in one vector are summed as one.
 */
export function normFactor({ tape, maths }: { readonly tape: Tape; readonly maths: Maths }, gradients: readonly Measured[], limit: number): number {
  const all = (op: 'Max' | 'Sum', ofEach: (gradient: Measured) => number): number =>
    maths.over(op, maths.pack(gradients.map((gradient) => maths.over(op, ofEach(gradient), gradient.rank))), 1);
  const largest = all('Max', ({ id }) => maths.abs(id));
  const peak = tape.hold(maths.maximum(largest, tape.number(LEAST_NORMAL)));
  const relative = maths.sqrt(all('Sum', ({ id }) => maths.square(maths.div(id, peak))));
  const room = maths.minimum(maths.div(tape.number(limit), peak), tape.number(GREATEST));
  return tape.hold(maths.minimum(maths.div(room, maths.maximum(relative, tape.number(LEAST_NORMAL))), tape.number(1)));
}
