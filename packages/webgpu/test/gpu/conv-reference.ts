import { backend_util } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { round } from '@halftone/float16';
import { factsOf, tolerance } from '@halftone/testing';
import type { PortCodec } from '../../src/kernels/assemble.ts';
import type { ConvShape } from '../../src/kernels/conv/conv-shape.ts';
import { convShape } from '../../src/kernels/conv/conv-shape.ts';

/** Sums in float64, the sums of magnitudes (what rounding errors are relative to) and the number of terms in the longest. */
export interface Exact {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
  terms: number;
}

export type Numbers = Float32Array<ArrayBuffer>;

export interface ConvCase {
  readonly shape: ConvShape;
  readonly depthwise: boolean;
}

const FORMAT = { f16: 'float16', 'packed-f16': 'float16', bfloat16: 'bfloat16' } as const;

/** The format that a codec rounds to. */
export const formatOf = (codec: PortCodec): 'float32' | 'float16' | 'bfloat16' => (codec === null ? 'float32' : FORMAT[codec]);

/** A generator of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Numbers in [-1, 1) that the codec holds exactly. */
export function randomNumbers(size: number, random: () => number, codec: PortCodec): Numbers {
  const values = Float32Array.from({ length: size }, () => random() * 2 - 1);
  return codec === null ? values : (round(values, FORMAT[codec]) as Numbers);
}

/** A convolution of random size, odd more often than not; `null` if its output would be empty. */
function randomCase(random: () => number, depthwise: boolean, channels: readonly number[]): ConvCase | null {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const [height, width, fh, fw] = [pick([1, 2, 5, 7, 11]), pick([1, 3, 6, 9, 13]), pick([1, 2, 3, 5]), pick([1, 2, 3, 4])];
  const inChannels = pick(channels);
  const last = depthwise ? pick([1, 1, 2, 3]) : pick(channels);
  const dilation: [number, number] = pick([
    [1, 1],
    [1, 1],
    [1, 1],
    [2, 2],
    [2, 1],
  ]);
  const stride: [number, number] =
    dilation[0] * dilation[1] > 1
      ? pick([
          [1, 1],
          [3, 2],
        ])
      : pick([
          [1, 1],
          [1, 1],
          [2, 2],
          [3, 1],
          [5, 4],
        ]);
  const pad = pick<'same' | 'valid' | backend_util.ExplicitPadding>([
    'same',
    'same',
    'valid',
    [
      [0, 0],
      [1, 0],
      [2, 1],
      [0, 0],
    ],
  ]);
  if (pad === 'valid' && ((fh - 1) * dilation[0] >= height || (fw - 1) * dilation[1] >= width)) return null;
  const xShape: [number, number, number, number] = [pick([1, 2, 3]), height, width, inChannels];
  const info = backend_util.computeConv2DInfo(xShape, [fh, fw, inChannels, last], stride, dilation, pad, undefined, depthwise);
  return info.outShape.some((size) => size <= 0) ? null : { shape: convShape(info), depthwise };
}

const CHANNELS = [1, 3, 4, 5, 8, 16];

/** `count` cases from one seed. */
export function randomCases(count: number, seed: number, depthwise: boolean, channels: readonly number[] = CHANNELS): ConvCase[] {
  const random = seeded(seed);
  const cases: ConvCase[] = [];
  while (cases.length < count) {
    const made = randomCase(random, depthwise, channels);
    if (made !== null) cases.push(made);
  }
  return cases;
}

/** The numbers of a case in one line. */
export function caseName({ shape: s }: ConvCase): string {
  const pads = `pad ${s.padTop},${s.padLeft}`;
  return `${s.batch}x${s.inHeight}x${s.inWidth}x${s.inChannels} * ${s.filterHeight}x${s.filterWidth} -> ${s.outHeight}x${s.outWidth}x${s.outChannels} /${s.strideHeight},${s.strideWidth} *${s.dilationHeight},${s.dilationWidth} ${pads}`;
}

/** Calls `visit` with the indices of x, filter and y of every product of the convolution. */
function eachProduct({ shape: s, depthwise }: ConvCase, visit: (x: number, w: number, y: number) => void): void {
  const multiplier = s.outChannels / s.inChannels;
  for (let b = 0; b < s.batch; b++)
    for (let oy = 0; oy < s.outHeight; oy++)
      for (let ox = 0; ox < s.outWidth; ox++)
        for (let ky = 0; ky < s.filterHeight; ky++)
          for (let kx = 0; kx < s.filterWidth; kx++) {
            const iy = oy * s.strideHeight - s.padTop + ky * s.dilationHeight;
            const ix = ox * s.strideWidth - s.padLeft + kx * s.dilationWidth;
            if (iy < 0 || iy >= s.inHeight || ix < 0 || ix >= s.inWidth) continue;
            const [pixel, tap, out] = [
              (b * s.inHeight + iy) * s.inWidth + ix,
              ky * s.filterWidth + kx,
              (b * s.outHeight + oy) * s.outWidth + ox,
            ];
            for (let o = 0; o < s.outChannels; o++) {
              if (depthwise) visit(pixel * s.inChannels + Math.floor(o / multiplier), tap * s.outChannels + o, out * s.outChannels + o);
              else
                for (let c = 0; c < s.inChannels; c++)
                  visit(pixel * s.inChannels + c, (tap * s.inChannels + c) * s.outChannels + o, out * s.outChannels + o);
            }
          }
}

export interface Sizes {
  readonly x: number;
  readonly w: number;
  readonly y: number;
}

export function sizesOf({ shape: s, depthwise }: ConvCase): Sizes {
  const taps = s.filterHeight * s.filterWidth;
  return {
    x: s.batch * s.inHeight * s.inWidth * s.inChannels,
    w: taps * (depthwise ? s.outChannels : s.inChannels * s.outChannels),
    y: s.batch * s.outHeight * s.outWidth * s.outChannels,
  };
}

/** Forward, input gradient or filter gradient in float64, from the two tensors that are given. */
export function exact(of: ConvCase, result: 'x' | 'w' | 'y', given: Partial<Record<'x' | 'w' | 'y', Numbers>>): Exact {
  const size = sizesOf(of)[result];
  const sums = { values: new Float64Array(size), magnitudes: new Float64Array(size), terms: 1 };
  const counts = new Uint32Array(size);
  eachProduct(of, (x, w, y) => {
    const at = { x, w, y };
    let product = 1;
    for (const name of ['x', 'w', 'y'] as const) if (name !== result) product *= given[name]?.[at[name]] as number;
    const to = at[result];
    sums.values[to] = (sums.values[to] as number) + product;
    sums.magnitudes[to] = (sums.magnitudes[to] as number) + Math.abs(product);
    sums.terms = Math.max(sums.terms, (counts[to] = (counts[to] as number) + 1));
  });
  return sums;
}

/** One rounding to the storage, and float32 sums of so many terms; beyond the largest number infinity and nothing else. */
export function expectExact(actual: ArrayLike<number>, expected: Exact, codec: PortCodec, what = ''): void {
  const format = formatOf(codec);
  const { overflow, max } = factsOf(format);
  const { rtol, atol } = tolerance(format);
  expect(actual.length).toBe(expected.values.length);
  for (let i = 0; i < actual.length; i++) {
    const [got, value] = [actual[i] as number, expected.values[i] as number];
    const sum = tolerance('float32', { terms: expected.terms, scale: expected.magnitudes[i] as number });
    const allowed = rtol * Math.abs(value) + atol + sum.atol;
    const overflowed = Math.abs(value) + allowed >= overflow && got === Math.sign(value) * Infinity;
    const fits = Math.abs(value) - allowed <= max && Math.abs(got - value) <= allowed;
    if (!overflowed && !fits) expect.fail(`${what} [${i}] got ${got}, expected ${value} within ${allowed} (${format})`);
  }
}
