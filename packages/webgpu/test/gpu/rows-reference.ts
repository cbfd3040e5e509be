import { round } from '@halftone/float16';
import type { PortCodec } from '../../src/kernels/assemble.ts';
import type { AdapterClass } from '../../src/kernels/kernel-source.ts';

/** The two ways in which row kernels are written: whole rows in one invocation, and rows shared by lanes. */
export const CLASSES: readonly AdapterClass[] = ['cpu', 'discrete'];

/** One case of a test: whether the logarithm is asked for, and how rows are laid out. */
export interface RowVariant {
  readonly log: boolean;
  readonly adapterClass: AdapterClass;
}

/** Shaders take long to compile here: float32 sees two variants of a shape and halves one, such that all occur over the shapes. */
export function variants(index: number, codec: PortCodec): RowVariant[] {
  const all: RowVariant[] = CLASSES.map((adapterClass, i) => ({ adapterClass, log: (index + i) % 2 === 1 }));
  return codec === null ? all : all.slice(index % 2, (index % 2) + 1);
}

export const FORMATS = { float32: 'float32', f16: 'float16', 'packed-f16': 'float16', bfloat16: 'bfloat16' } as const;

/** Normal numbers of a seed: a linear congruential generator and Box and Muller. */
export function normal(size: number, seed: number, deviation: number): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return Float32Array.from({ length: size }, () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

/** The numbers that a kernel sees when these are stored so. */
export function rounded(values: Float32Array<ArrayBuffer>, codec: PortCodec): Float32Array<ArrayBuffer> {
  const format = FORMATS[codec ?? 'float32'];
  return format === 'float32' ? values : (round(values, format) as Float32Array<ArrayBuffer>);
}

/** What is left of exact results in this storage. */
export function storedAs(values: Float64Array, codec: PortCodec): Float32Array {
  return rounded(Float32Array.from(values), codec);
}

export function rowsOf(values: ArrayLike<number>, cols: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / cols }, (_, row) => all.slice(row * cols, (row + 1) * cols));
}
