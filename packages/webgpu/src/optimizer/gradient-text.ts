import { VERDICT } from './decide.ts';

/** What happens to a gradient between its buffer and the update, in the order of op by op: unscale, clip. */
export interface GradientUse {
  readonly unscale: boolean;
  readonly clip: 'none' | 'norm' | 'variable' | 'value';
}

/** A skipped step ends here, with everything as it was. */
export const UNLESS_SKIPPED: string = `  if (load_verdict(${VERDICT.applies}) == 0.0) { return; }`;

/** The numbers of the verdict that the update uses; without one there is nothing to unscale, clip by norm or correct. */
export function verdictText(hasVerdict: boolean, powers: 'none' | 'moments' | 'adamax'): string {
  if (!hasVerdict) return '';
  const names = ['inverse', 'factor', ...(powers === 'moments' ? ['room1', 'room2'] : powers === 'adamax' ? ['rate'] : [])] as const;
  return [UNLESS_SKIPPED, ...names.map((name) => `  let ${name} = load_verdict(${VERDICT[name as keyof typeof VERDICT]});`)].join('\n');
}

/** The gradient of one load. */
export function gradientText(index: number, width: 1 | 4, { unscale, clip }: GradientUse): string {
  const unscaled = `load_g${index}(i)${unscale ? ' * inverse' : ''}`;
  const clipped = {
    none: unscaled,
    norm: `(${unscaled}) * factor`,
    variable: `(${unscaled}) * factor${index}`,
    value: `clipped${width}(${unscaled}, params.most)`,
  }[clip];
  return `      let g = ${clipped};`;
}

/** Clipping by value leaves NaN what it is, as tfjs does. */
export const CLIP_VALUE = `
fn clipped1(x : f32, most : f32) -> f32 {
  return select(clamp(x, -most, most), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
}
fn clipped4(x : vec4<f32>, most : f32) -> vec4<f32> {
  return select(clamp(x, vec4<f32>(-most), vec4<f32>(most)), x, (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u));
}`;

/** Which binding holds which slot. */
export const SLOT_NAMES = ['a', 'b', 'c'] as const;
