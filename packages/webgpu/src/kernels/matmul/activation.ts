import type { MatmulActivation } from './matmul-spec.ts';

/**
 * Activations by name, on `x` of any width with `T` for its type. What compares keeps NaN by its bits: WGSL lets a
 * compiler take `max` or `<` as if there were none.
 */
const BODIES = {
  linear: 'return x;',
  relu: 'return keepNan(x, max(x, T(0.0)));',
  relu6: 'return keepNan(x, clamp(x, T(0.0), T(6.0)));',
  elu: 'return keepNan(x, select(exp(min(x, T(0.0))) - 1.0, x, x >= T(0.0)));',
  prelu: 'return keepNan(x, select(x * slope, x, x >= T(0.0)));',
  leakyrelu: 'return keepNan(x, select(x * params.leak, x, x >= T(0.0)));',
  sigmoid: 'return 1.0 / (1.0 + exp(-x));',
} as const satisfies Record<MatmulActivation, string>;

const BITS = { f32: 'u32', 'vec2<f32>': 'vec2<u32>', 'vec4<f32>': 'vec4<u32>' } as const;

/** Whether tfjs's name of an activation is one of these. */
export function isMatmulActivation(name: string): name is MatmulActivation {
  return Object.hasOwn(BODIES, name);
}

/** The WGSL function `activate(x)`, for `prelu` `activate(x, slope)`, on numbers of one type. */
export function activationText(activation: MatmulActivation, type: keyof typeof BITS): string {
  const bits = BITS[type];
  const parameters = activation === 'prelu' ? `x : ${type}, slope : ${type}` : `x : ${type}`;
  const body = BODIES[activation].replaceAll('T(', `${type}(`);
  const keepNan = `fn keepNan(x : ${type}, y : ${type}) -> ${type} {
  return select(y, x, (bitcast<${bits}>(x) & ${bits}(0x7fffffffu)) > ${bits}(0x7f800000u));
}\n`;
  return `${body.includes('keepNan') ? keepNan : ''}fn activate(${parameters}) -> ${type} { ${body} }`;
}
