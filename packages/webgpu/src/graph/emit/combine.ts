import type { ReduceOp } from '../record.ts';

/** How two partial results of a reduction become one, and what it starts from. */
export interface Combine {
  readonly type: 'f' | 'i';
  /** WGSL of the start value; `bits` gives a number by its bits, since WGSL has no infinite constants. */
  readonly start: (bits: (value: number) => string) => string;
  readonly code: (a: string, b: string, width: 1 | 4) => string;
  readonly functions?: Readonly<Record<string, string>>;
}

const INFINITY_BITS = 0x7f800000;
const MINUS_INFINITY_BITS = 0xff800000 | 0;

/** A NaN wins over every number, as in stock tfjs; found by bits, since a compiler may assume that there is none. */
function extreme(name: 'max' | 'min', width: 1 | 4): string {
  const [float, bits] = width === 4 ? ['vec4<f32>', 'vec4<u32>'] : ['f32', 'u32'];
  const isNan = (value: string): string => `(bitcast<${bits}>(${value}) & ${bits}(0x7fffffffu)) > ${bits}(0x7f800000u)`;
  return `fn nan_${name}${width}(a : ${float}, b : ${float}) -> ${float} { return select(select(${name}(a, b), b, ${isNan('b')}), a, ${isNan('a')}); }`;
}

const extremeFunctions = (name: 'max' | 'min'): Record<string, string> => ({
  [`nan_${name}1`]: extreme(name, 1),
  [`nan_${name}4`]: extreme(name, 4),
});

const FLOAT: Readonly<Partial<Record<ReduceOp, Combine>>> = {
  sum: { type: 'f', start: () => '0.0', code: (a, b) => `${a} + ${b}` },
  prod: { type: 'f', start: () => '1.0', code: (a, b) => `${a} * ${b}` },
  max: {
    type: 'f',
    start: (bits) => `bitcast<f32>(${bits(MINUS_INFINITY_BITS)})`,
    code: (a, b, width) => `nan_max${width}(${a}, ${b})`,
    functions: extremeFunctions('max'),
  },
  min: {
    type: 'f',
    start: (bits) => `bitcast<f32>(${bits(INFINITY_BITS)})`,
    code: (a, b, width) => `nan_min${width}(${a}, ${b})`,
    functions: extremeFunctions('min'),
  },
};

const WHOLE: Readonly<Record<ReduceOp, Combine>> = {
  sum: { type: 'i', start: () => '0', code: (a, b) => `${a} + ${b}` },
  prod: { type: 'i', start: () => '1', code: (a, b) => `${a} * ${b}` },
  max: { type: 'i', start: () => '-2147483647 - 1', code: (a, b) => `max(${a}, ${b})` },
  min: { type: 'i', start: () => '2147483647', code: (a, b) => `min(${a}, ${b})` },
  any: { type: 'i', start: () => '0', code: (a, b) => `${a} | ${b}` },
  all: { type: 'i', start: () => '1', code: (a, b) => `${a} & ${b}` },
};

/** The row for a reduction of this dtype. */
export function combineOf(op: ReduceOp, dtype: string): Combine {
  return (dtype === 'float32' ? FLOAT[op] : undefined) ?? WHOLE[op];
}
