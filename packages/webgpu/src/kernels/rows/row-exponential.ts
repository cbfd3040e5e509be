import type { RowPlan } from './row-plan.ts';
import { eachLoad, firstRead, foldLanes, loadType, maxOf, sumOf } from './row-text.ts';

const LOWEST = '-0x1.fffffep+127f';

/**
 * Functions of kernels with a sum of exponentials. `decay` is exp for arguments up to 0, and 0 where the result would be
 * subnormal: drivers differ there, and some never reach 0, not even for -infinity. `strange` tells NaN and +infinity by
 * their bits; a row that holds one has no softmax.
 */
export function exponentialFunctions({ width }: RowPlan): string {
  const type = loadType(width);
  const bits = width === 1 ? 'u32' : `vec${width}<u32>`;
  const any = width === 1 ? 'odd' : 'any(odd)';
  const wide = width === 1 ? '' : `fn decayAll(d : ${type}) -> ${type} { return select(exp(d), ${type}(0.0), d < ${type}(-87.3)); }`;
  return `
fn decay(d : f32) -> f32 { return select(exp(d), 0.0, d < -87.3); }
${wide}
fn strange(value : ${type}) -> f32 {
  let bits = bitcast<${bits}>(value);
  let odd = ((bits & ${bits}(0x7f800000u)) == ${bits}(0x7f800000u)) & (bits != ${bits}(0xff800000u));
  return select(0.0, 1.0, ${any});
}`;
}

/** The name of the function above that takes a whole load. */
export function decayOf(value: string, { width }: RowPlan): string {
  return width === 1 ? `decay(${value})` : `decayAll(${value})`;
}

/**
 * One pass over a row of `port` for its largest element and the sum of exponentials above it (Milakov and Gimelshein
 * 2018): afterwards `mine` holds the maximum, the sum, and whether there was anything strange. A row of nothing but
 * -infinity has the sum 0.
 */
export function maxAndSum(plan: RowPlan, port: string): string {
  const { width } = plan;
  const update =
    width === 1
      ? // one exponential: whichever of the two is smaller decays
        `let gap = value - mine.x;
        let small = decay(-abs(gap));
        mine = vec3<f32>(max(mine.x, value), select(mine.y + small, mine.y * small + 1.0, gap > 0.0), max(mine.z, strange(value)));`
      : `let top = max(mine.x, ${maxOf('value', width)});
        mine = vec3<f32>(top, mine.y * decay(mine.x - top) + ${sumOf(`decayAll(value - ${loadType(width)}(top))`, width)}, max(mine.z, strange(value)));`;
  return `
  var mine = vec3<f32>(${LOWEST}, 0.0, 0.0);${eachLoad(
    plan,
    `
        ${firstRead(plan, port, 'value', 'start + col')}
        ${update}`,
  )}${foldLanes(
    plan,
    `let top = max(mine.x, other.x);
      mine = vec3<f32>(top, mine.y * decay(mine.x - top) + other.y * decay(other.x - top), max(mine.z, other.z));`,
  )}`;
}
