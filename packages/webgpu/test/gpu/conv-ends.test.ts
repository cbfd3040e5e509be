import { describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { Activation, ConvEnd } from '../../src/kernels/conv/activation.ts';
import { PLAIN_END } from '../../src/kernels/conv/activation.ts';
import { convFilterGradient } from '../../src/kernels/conv/conv-filter-gradient.ts';
import { convForward } from '../../src/kernels/conv/conv-forward.ts';
import { convInputGradient } from '../../src/kernels/conv/conv-input-gradient.ts';
import type { ConvShape } from '../../src/kernels/conv/conv-shape.ts';
import { depthwiseForward } from '../../src/kernels/depthwise/depthwise-forward.ts';
import type { ConvCase, Exact, Numbers } from './conv-reference.ts';
import { exact, expectExact, randomNumbers, seeded, sizesOf } from './conv-reference.ts';
import { runRecipe, STORAGES } from './kernel-harness.ts';

const LEAK = 0.25;
const FUNCTIONS: Readonly<Record<Activation, (v: number, slope: number) => number>> = {
  linear: (v) => v,
  relu: (v) => Math.max(v, 0),
  relu6: (v) => Math.min(Math.max(v, 0), 6),
  elu: (v) => (v < 0 ? Math.expm1(v) : v),
  sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  leakyrelu: (v) => (v < 0 ? v * LEAK : v),
  prelu: (v, slope) => (v < 0 ? v * slope : v),
};

const BASE = { batch: 2, inHeight: 5, inWidth: 4, filterHeight: 3, filterWidth: 3, strideHeight: 1, strideWidth: 1 };
const PLACE = { outHeight: 5, outWidth: 4, dilationHeight: 1, dilationWidth: 1, padTop: 1, padLeft: 1 };
const shape = (inChannels: number, outChannels: number): ConvShape => ({ ...BASE, ...PLACE, inChannels, outChannels });

/** The sums with bias and activation; an exponential is worth some more roundings. */
function finished(sums: Exact, channels: number, activation: Activation, bias: Numbers, slopes: Numbers): Exact {
  const at = (list: Numbers, i: number): number => (list.length === 0 ? 0 : (list[list.length === 1 ? 0 : i % channels] as number));
  const values = sums.values.map((v, i) => FUNCTIONS[activation](v + at(bias, i), at(slopes, i)));
  return { values, magnitudes: sums.magnitudes.map((m) => m + 1), terms: sums.terms + 16 };
}

/** Storages take turns, and so do plain and depthwise convolutions, width 4 and width 1. */
const ACTIVATIONS = (Object.keys(FUNCTIONS) as Activation[]).map((activation, index) => ({
  activation,
  depthwise: index % 2 === 1,
  channels: index % 3 === 0 ? 8 : 5,
  codec: STORAGES[index % 4] ?? null,
}));

describe('bias and activation', () => {
  it.each(ACTIVATIONS)(
    '$activation, depthwise $depthwise, on $channels channels in $codec',
    async ({ activation, depthwise, channels, codec }) => {
      const of: ConvCase = { shape: shape(depthwise ? channels : 3, channels), depthwise };
      const sizes = sizesOf(of);
      const random = seeded(17);
      const [x, w, bias] = [sizes.x, sizes.w, depthwise ? 1 : channels].map((size) => randomNumbers(size, random, codec)) as [
        Numbers,
        Numbers,
        Numbers,
      ];
      const slopes = activation === 'prelu' ? randomNumbers(channels, random, codec) : new Float32Array(0);
      const end: ConvEnd = { activation, leak: LEAK, bias: bias.length, slopes: slopes.length };
      const [y] = await runRecipe({
        recipe: (depthwise ? depthwiseForward : convForward)(of.shape, end),
        inputs: [x, w, bias, ...(slopes.length > 0 ? [slopes] : [])].map((values) => ({ values, codec })),
        outputs: [{ size: sizes.y, codec }],
      });
      expectExact(y as Numbers, finished(exact(of, 'y', { x, w }), channels, activation, bias, slopes), codec, activation);
    },
  );
});

describe('numbers that are too large', () => {
  const of: ConvCase = { shape: shape(4, 4), depthwise: false };
  const filled = (size: number, value: number): Numbers => new Float32Array(size).fill(value);
  it.each(['f16', 'packed-f16'] as const)('become infinity in %s, forward and backward', async (codec) => {
    const sizes = sizesOf(of);
    const inputs = (size: number): { values: Numbers; codec: typeof codec }[] => [
      { values: filled(size, 3000), codec },
      { values: filled(sizes.w, -1), codec },
    ];
    const [y] = await runRecipe({ recipe: convForward(of.shape, PLAIN_END), inputs: inputs(sizes.x), outputs: [{ size: sizes.y, codec }] });
    // a corner meets 4 taps x 4 channels, an edge 6 x 4: 48,000 and 72,000; the inner ones 108,000
    expect((y as Numbers).filter((value) => value === -48000)).toHaveLength(2 * 4 * 4);
    expect((y as Numbers).filter((value) => value === -Infinity)).toHaveLength(sizes.y - 2 * 4 * 4);
    const [dx] = await runRecipe({ recipe: convInputGradient(of.shape), inputs: inputs(sizes.y), outputs: [{ size: sizes.x, codec }] });
    expect(dx).toBeBitEqual(y as Numbers);
  });
  it('stay finite in the float32 sums of a filter gradient', async () => {
    const sizes = sizesOf(of);
    const inputs = [sizes.x, sizes.y].map((size) => ({ values: filled(size, 3000), codec: 'f16' as const }));
    const [dw] = await runRecipe({ recipe: convFilterGradient(of.shape, 1), inputs, outputs: [{ size: sizes.w }] });
    expect(Math.max(...(dw as Numbers))).toBe(9e6 * 2 * 20);
  });
  it('outside of the image do not matter: padding is zero, not zero times the first pixel', async () => {
    const sizes = sizesOf(of);
    const x = filled(sizes.x, 1);
    x[0] = Infinity;
    const [y] = await runRecipe({
      recipe: convForward(of.shape, PLAIN_END),
      inputs: [{ values: x }, { values: filled(sizes.w, 1) }],
      outputs: [{ size: sizes.y }],
    });
    expect((y as Numbers).filter((value) => Number.isNaN(value))).toHaveLength(0);
    expect((y as Numbers).filter((value) => value === Infinity)).toHaveLength(4 * 4);
  });
});
