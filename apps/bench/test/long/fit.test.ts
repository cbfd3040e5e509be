import { requireOrSkip } from '@halftone/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FitResult } from '../../src/fit/fit-result.ts';
import { bundledBench, type BenchProgram } from './bench-program.ts';

const vulkan = await requireOrSkip('vulkan');
const MIB = 2 ** 20;

/** The sizes that `fit` found, by contestant. */
const sizes = ({ rows }: FitResult): Record<string, number> =>
  Object.fromEntries(rows.map(({ contestant, largest }) => [contestant, largest]));

describe.skipIf(!vulkan.available)('what trains under a cap that the plug-in holds', () => {
  let bench: BenchProgram;
  beforeAll(async () => void (bench = await bundledBench()));
  afterAll(() => bench.remove());

  test('U-Net: mixed_float16 at least 1.8 times the batch of our own float32, far more than stock', () => {
    const result = bench.fit('--budget 256MiB --model unet --what batch --count-only');
    const { stock, float32, mixed_float16 } = sizes(result);
    expect(float32).toBeGreaterThan(8);
    expect(mixed_float16! / float32!).toBeGreaterThanOrEqual(1.8);
    expect(mixed_float16! / stock!).toBeGreaterThanOrEqual(10);
    for (const { peakBytes } of result.rows) expect(peakBytes).toBeLessThanOrEqual(256 * MIB);
    expect(result.rows.map(({ heldBy }) => heldBy)).toEqual(['meter', 'plug-in', 'plug-in']);
    expect(result.rows.at(-1)?.limit).toMatch(
      /device memory is exhausted: .* MiB for a tensor of '.+', kernel \d+ of \d+ are more than the cap/,
    );
  });

  test('ResNet-50 at 224 x 224: mixed_float16 at least 1.8 times the batch of our own float32', () => {
    const { float32, mixed_float16 } = sizes(bench.fit('--budget 1GiB --model resnet50 --with float32,mixed_float16 --count-only'));
    expect(float32).toBeGreaterThan(4);
    expect(mixed_float16! / float32!).toBeGreaterThanOrEqual(1.8);
  });

  test('what was found by counting trains for real', () => {
    const result = bench.fit('--budget 10MiB --model unet --what batch --size 16 --with mixed_float16');
    expect(sizes(result)['mixed_float16']).toBeGreaterThan(8);
    for (const { losses } of result.rows) expect(losses?.every((loss) => loss !== null && loss < 2)).toBe(true);
  });
});
