import { describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { PortCodec } from '../../src/kernels/assemble.ts';
import { PLAIN_END } from '../../src/kernels/conv/activation.ts';
import { convFilterGradient } from '../../src/kernels/conv/conv-filter-gradient.ts';
import { convForward } from '../../src/kernels/conv/conv-forward.ts';
import { convInputGradient } from '../../src/kernels/conv/conv-input-gradient.ts';
import { sumPartials } from '../../src/kernels/conv/sum-partials.ts';
import type { AdapterClass } from '../../src/kernels/kernel-source.ts';
import type { ConvCase, Numbers } from '../gpu/conv-reference.ts';
import { caseName, exact, expectExact, randomCases, randomNumbers, seeded, sizesOf } from '../gpu/conv-reference.ts';
import { runRecipe, STORAGES } from '../gpu/kernel-harness.ts';

/** x, filter and dy that the codec holds exactly. */
function tensors(of: ConvCase, codec: PortCodec): Record<'x' | 'w' | 'y', Numbers> {
  const random = seeded(99);
  const { x, w, y } = sizesOf(of);
  return { x: randomNumbers(x, random, codec), w: randomNumbers(w, random, codec), y: randomNumbers(y, random, codec) };
}

async function filterGradient(of: ConvCase, codec: PortCodec, splits: number, adapterClass: AdapterClass): Promise<Numbers> {
  const { x, y } = tensors(of, codec);
  const size = sizesOf(of).w;
  const inputs = [
    { values: x, codec },
    { values: y, codec },
  ];
  const [partials] = await runRecipe({
    recipe: convFilterGradient(of.shape, splits),
    inputs,
    outputs: [{ size: size * splits }],
    adapterClass,
  });
  if (splits === 1) return partials as Numbers;
  const [sum] = await runRecipe({ recipe: sumPartials(size, splits), inputs: [{ values: partials as Numbers }], outputs: [{ size }] });
  return sum as Numbers;
}

/** Storages and adapter classes take turns, so that each meets shapes of every kind. */
const row = (of: ConvCase, index: number, adapterClass: AdapterClass) => ({
  name: caseName(of),
  of,
  codec: STORAGES[index % 4] as PortCodec,
  adapterClass,
});
const CASES = randomCases(20, 7, false).map((of, index) => row(of, index, index % 8 < 4 ? 'cpu' : 'discrete'));
/** From 16 channels on, a GPU gets tiles in workgroup memory. */
const WIDE = randomCases(6, 11, false, [3, 16, 17, 20, 36]).map((of, index) => row(of, index, index % 3 === 0 ? 'mobile' : 'discrete'));

describe('convolution against float64', () => {
  it.each([...CASES, ...WIDE])('$name in $codec ($adapterClass)', async ({ of, codec, adapterClass }) => {
    const { x, w, y } = tensors(of, codec);
    const sizes = sizesOf(of);
    const [forward] = await runRecipe({
      recipe: convForward(of.shape, PLAIN_END),
      inputs: [
        { values: x, codec },
        { values: w, codec },
      ],
      outputs: [{ size: sizes.y, codec }],
      adapterClass,
    });
    expectExact(forward as Numbers, exact(of, 'y', { x, w }), codec, 'forward');
    const [dx] = await runRecipe({
      recipe: convInputGradient(of.shape),
      inputs: [
        { values: y, codec },
        { values: w, codec },
      ],
      outputs: [{ size: sizes.x, codec }],
      adapterClass,
    });
    expectExact(dx as Numbers, exact(of, 'x', { y, w }), codec, 'input gradient');
    const splits = 1 + (sizes.y % 3);
    expectExact(await filterGradient(of, codec, splits, adapterClass), exact(of, 'w', { x, y }), null, `filter gradient in ${splits}`);
  });
});

describe('a filter gradient', () => {
  const [of] = randomCases(1, 3, false) as [ConvCase];
  it('has the same bits on every run', async () => {
    for (const codec of STORAGES) expect(await filterGradient(of, codec, 3, 'cpu')).toBeBitEqual(await filterGradient(of, codec, 3, 'cpu'));
  });
});
