import type { LoadedUnit } from './load-units.ts';
import type { StepContext } from './step-context.ts';

/** Smallest normal and largest finite float32. */
const LEAST_NORMAL: number = 2 ** -126;
const GREATEST: number = (2 - 2 ** -23) * 2 ** 127;

/**
 * min(1, limit / norm) as a scalar, held: the formula of @halftone/optimizer's `clip`, whose numbers neither overflow nor
 * vanish. Each variable is summed by itself, those of one vector too: in another order the last bits would be others.
 */
export function normFactor(context: StepContext, units: readonly LoadedUnit[], limit: number): number {
  const { tape, maths } = context;
  const largest = maths.pack(units.map(({ gradient, rank }) => maths.over('Max', maths.abs(gradient), rank)));
  const peak = tape.hold(maths.maximum(maths.over('Max', largest, 1), tape.number(LEAST_NORMAL)));
  const sums: number[] = []; // in the order of the request, as op by op adds them up
  for (const unit of units) {
    const each = sumsOfSquares(context, unit, maths.div(unit.gradient, peak));
    unit.unit.positions.forEach((position, at) => (sums[position] = each[at] as number));
  }
  const relative = maths.sqrt(maths.over('Sum', maths.pack(Object.values(sums)), 1));
  const room = maths.minimum(maths.div(tape.number(limit), peak), tape.number(GREATEST));
  return tape.hold(maths.minimum(maths.div(room, maths.maximum(relative, tape.number(LEAST_NORMAL))), tape.number(1)));
}

/** One scalar for each variable of a unit. */
function sumsOfSquares({ tape, maths, layouts }: StepContext, { unit, rank }: LoadedUnit, numbers: number): number[] {
  const squares = maths.square(numbers);
  const { length } = unit.shapes;
  if (length === 1) return [maths.over('Sum', squares, rank)];
  const layout = layouts.acquire(unit);
  try {
    const attributes = [tape.whole('num_split', length)];
    const parts = tape.ops('SplitV', [squares, layout.sizesHandle, tape.int(0)], { attributes, outputs: length });
    return parts.map((part) => maths.over('Sum', part, 1));
  } finally {
    layouts.release(layout);
  }
}
