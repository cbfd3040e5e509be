import type { Width, Words } from './words.ts';
import { words } from './words.ts';

/** A function that expressions call: its parameters by name and type, the type it returns, and its body. */
interface FunctionText {
  /** Names of its parameters, all `F`. */
  readonly args: readonly string[];
  readonly result: 'F' | 'B';
  readonly body: (w: Words) => string;
  /** Functions that the body calls. */
  readonly calls?: readonly string[];
}

const unary = (body: (w: Words) => string, calls: readonly string[] = []): FunctionText => ({ args: ['x'], result: 'F', body, calls });
const binary = (body: (w: Words) => string, calls: readonly string[] = []): FunctionText => ({
  args: ['a', 'b'],
  result: 'F',
  body,
  calls,
});

/**
 * NaN is found and made by its bits: WGSL lets a compiler assume that there is none, so `x != x` proves nothing, and a
 * constant expression that is NaN does not compile. A NaN of our own is made from a value that is known when the shader
 * runs.
 */
const FUNCTIONS: Readonly<Record<string, FunctionText>> = {
  IsNan: {
    args: ['x'],
    result: 'B',
    body: ({ U, u }) => `return (bitcast<${U}>(x) & ${u('0x7fffffffu')}) > ${u('0x7f800000u')};`,
  },
  /** Whether one of two is NaN. */
  Unordered: {
    args: ['a', 'b'],
    result: 'B',
    body: ({ U, u }) => `return max(bitcast<${U}>(a) & ${u('0x7fffffffu')}, bitcast<${U}>(b) & ${u('0x7fffffffu')}) > ${u('0x7f800000u')};`,
  },
  /** NaN, whatever x is. */
  Nan: unary(({ F, U, u }) => `return bitcast<${F}>(bitcast<${U}>(x) | ${u('0x7fc00000u')});`),
  /** Infinity with the sign of x. */
  Infinity: unary(({ F, U, u }) => `return bitcast<${F}>((bitcast<${U}>(x) & ${u('0x80000000u')}) | ${u('0x7f800000u')});`),
  /** Abramowitz and Stegun 7.1.26, as tfjs computes it; absolute error 1.5e-7. */
  Erf: unary(
    ({ f }) => `let t = ${f('1.0')} / (1.0 + 0.3275911 * abs(x));
  let polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return sign(x) * (1.0 - polynomial * exp(-abs(x) * abs(x)));`,
  ),
  Cosh: unary(
    ({ f }) => `let e = exp(-x);
  return (e + ${f('1.0')} / e) / 2.0;`,
  ),
  Sinh: unary(
    ({ f }) => `let e = exp(x);
  return (e - ${f('1.0')} / e) / 2.0;`,
  ),
  /** By exp(-2|x|), which never overflows. */
  Tanh: unary(
    () => `let e = exp(-2.0 * abs(x));
  return sign(x) * (1.0 - e) / (1.0 + e);`,
  ),
  /** Where e^x is so large or so small that 1 is lost beside it, the result is x or e^x: beyond log(2^-23) + 2. */
  Softplus: unary(
    ({ f }) => `let e = exp(x);
  let middle = select(log(e + 1.0), e, x < ${f('-13.942385152878742')});
  return select(middle, x, x > ${f('13.942385152878742')});`,
  ),
  Atanh: unary(
    ({ f, fn }) => `let inside = select(atanh(x), ${fn('Infinity')}(x), abs(x) == ${f('1.0')});
  return select(inside, ${fn('Nan')}(x), (abs(x) > ${f('1.0')}) | ${fn('IsNan')}(x));`,
    ['Infinity', 'Nan', 'IsNan'],
  ),
  /** The remainder with the sign of the divisor. */
  Mod: binary(
    ({ f, fn }) => `let rest = a % b;
  let alike = ((a < ${f('0.0')}) & (b < ${f('0.0')})) | ((a >= ${f('0.0')}) & (b > ${f('0.0')}));
  return select(select((rest + b) % b, rest, alike), ${fn('Nan')}(a), (b == ${f('0.0')}) | ${fn('Unordered')}(a, b));`,
    ['Nan', 'Unordered'],
  ),
  /** Whole numbers give a whole remainder, so that rounding does not put the quotient one too low. */
  FloorDiv: binary(
    () => `let rest = select(a % b, round(a % b), (round(a) == a) & (round(b) == b));
  let quotient = (a - rest) / b;
  return round(select(quotient, quotient - 1.0, sign(rest) == -sign(b)));`,
  ),
  /**
   * WGSL's pow is for a positive base, and some drivers answer 0 for every power of 0; x^0 is 1 for every x, a negative
   * base wants a whole exponent.
   */
  Pow: binary(
    ({ f, fn }) => `let size = select(pow(abs(a), b), ${fn('Infinity')}(abs(a)), (a == ${f('0.0')}) & (b < ${f('0.0')}));
  let odd = round(abs(b) % 2.0) == ${f('1.0')};
  let whole = select(size, -size, (a < ${f('0.0')}) & odd);
  let bad = ((a < ${f('0.0')}) & (floor(b) < b)) | ${fn('Unordered')}(a, b);
  return select(select(whole, ${fn('Nan')}(a), bad), ${f('1.0')}, b == ${f('0.0')});`,
    ['Nan', 'Infinity', 'Unordered'],
  ),
};

/** The texts of these functions and of all that they call, by their names in WGSL. */
export function functionTexts(names: readonly string[], width: Width): Readonly<Record<string, string>> {
  const w = words[width];
  const texts: Record<string, string> = {};
  const add = (name: string): void => {
    const found = FUNCTIONS[name];
    if (found === undefined || w.fn(name) in texts) return;
    for (const callee of found.calls ?? []) add(callee);
    const parameters = found.args.map((arg) => `${arg} : ${w.F}`).join(', ');
    texts[w.fn(name)] = `fn ${w.fn(name)}(${parameters}) -> ${w[found.result]} {\n  ${found.body(w)}\n}`;
  };
  names.forEach(add);
  return texts;
}
