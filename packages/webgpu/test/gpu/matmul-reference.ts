import { round } from '@halftone/float16';
import type { MatmulSpec } from '../../src/kernels/matmul/matmul-spec.ts';
import { batchOf } from '../../src/kernels/matmul/matmul-spec.ts';
import type { PortCodec } from '../../src/kernels/assemble.ts';

/** The format behind a codec. */
export const formatOf = (codec: PortCodec): 'float32' | 'float16' | 'bfloat16' =>
  codec === null ? 'float32' : codec === 'bfloat16' ? 'bfloat16' : 'float16';

/** Repeatable numbers in (-1, 1), rounded to what the codec can hold. */
export function numbers(size: number, seed: number, codec: PortCodec, scale = 1): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const values = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
  const format = formatOf(codec);
  return (format === 'float32' ? values : round(values, format)) as Float32Array<ArrayBuffer>;
}

/** A product in float64, and for each output the sum of the magnitudes that went into it. */
export interface Reference {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
}

interface Operands {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly bias?: Float32Array | undefined;
  readonly slopes?: Float32Array | undefined;
}

const ACTIVATIONS = {
  linear: (x: number) => x,
  relu: (x: number) => (x < 0 ? 0 : x),
  relu6: (x: number) => (x < 0 ? 0 : x > 6 ? 6 : x),
  elu: (x: number) => (x < 0 ? Math.expm1(x) : x),
  prelu: (x: number, slope: number) => (x < 0 ? x * slope : x),
  leakyrelu: (x: number, slope: number) => (x < 0 ? x * slope : x),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
} as const;

/** The definition, written out. */
export function referenceMatmul(spec: MatmulSpec, { a, b, bias, slopes }: Operands): Reference {
  const { batchA, batchB, m, n, k, transposeA, transposeB, repeatA = 1, repeatB = 1, activation = 'linear', leak = 0.2 } = spec;
  const values = new Float64Array(batchOf(spec) * m * n);
  const magnitudes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const [product, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
    const fromA = (Math.floor(product / repeatA) % batchA) * m * k;
    const fromB = (Math.floor(product / repeatB) % batchB) * n * k;
    let sum = 0;
    let magnitude = 0;
    for (let step = 0; step < k; step += 1) {
      const term =
        (a[fromA + (transposeA ? step * m + row : row * k + step)] as number) *
        (b[fromB + (transposeB ? column * k + step : step * n + column)] as number);
      sum += term;
      magnitude += Math.abs(term);
    }
    const added = bias?.[column] ?? 0;
    const slope = activation === 'leakyrelu' ? leak : (slopes?.[slopes.length === 1 ? 0 : column] ?? 0);
    values[i] = ACTIVATIONS[activation](sum + added, slope);
    magnitudes[i] =
      (magnitude + Math.abs(added)) * Math.max(1, Math.abs(slope)) + (activation === 'elu' || activation === 'sigmoid' ? 8 : 0);
  }
  return { values, magnitudes };
}

const UNIT = { float32: 2 ** -24, float16: 2 ** -11, bfloat16: 2 ** -8 } as const;
const LARGEST = { float32: 3.4028234663852886e38, float16: 65504, bfloat16: 3.3895313892515355e38 } as const;
const SMALLEST = { float32: 2 ** -149, float16: 2 ** -24, bfloat16: 2 ** -133 } as const;

/**
 * The outputs that are further off than float32 sums of `terms` products, rounded once to the format, can be: half a
 * last place of the output, and for the sums 2^-24 of the magnitude for each addition (Higham, Accuracy and Stability, 4.2).
 * What exceeds the largest number of the format must be an infinity.
 */
export function misses(actual: ArrayLike<number>, { values, magnitudes }: Reference, codec: PortCodec, terms: number): string[] {
  const format = formatOf(codec);
  const found: string[] = [];
  values.forEach((value, i) => {
    const got = actual[i] as number;
    const sums = (terms + 3) * UNIT.float32 * (magnitudes[i] as number);
    const allowed = sums + UNIT[format] * (Math.abs(value) + sums) * 1.0001 + SMALLEST[format] / 2;
    const overflows = Math.abs(value) > LARGEST[format] * (1 + UNIT[format]) + sums;
    const isRight = overflows ? got === Math.sign(value) * Infinity : Math.abs(got - value) <= allowed;
    if (!isRight && found.length < 5) found.push(`[${i}] got ${got}, expected ${value} ± ${allowed}`);
  });
  return found;
}
