import { afterAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { gatherGradRecipe } from '../../src/kernels/gather/gather-grad.ts';
import { gatherRecipe } from '../../src/kernels/gather/gather.ts';
import { harnessDevice, runRecipe, STORAGES } from './kernel-harness.ts';
import { CLASSES, normal, rounded } from './rows-reference.ts';

afterAll(async () => (await harnessDevice()).destroy());

const SHAPES = [
  { batch: 1, outer: 1, length: 1, slice: 1, positions: 1 },
  { batch: 1, outer: 1, length: 101, slice: 8, positions: 37 },
  { batch: 3, outer: 2, length: 7, slice: 6, positions: 5 },
  { batch: 1, outer: 4, length: 13, slice: 3, positions: 29 },
] as const;

const indicesOf = (size: number, length: number): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: size }, (_, i) => (i % 5 === 4 ? 0 : (i * 7919 + 3) % length));

describe.each(STORAGES)('rows of a table stored as %s', (codec) => {
  it.each(SHAPES)('are copied: $batch x $outer x $length x $slice at $positions', async (shape) => {
    const { batch, outer, length, slice, positions } = shape;
    const table = rounded(normal(batch * outer * length * slice, 1, 1), codec);
    const indices = indicesOf(batch * positions, length);
    indices[positions - 1] = length; // out of range
    const size = batch * outer * positions * slice;
    const expected = Float32Array.from({ length: size }, (_, i) => {
      const block = Math.floor(i / slice / positions);
      const index = indices[Math.floor(block / outer) * positions + (Math.floor(i / slice) % positions)] as number;
      return index < length ? (table[(block * length + index) * slice + (i % slice)] as number) : 0;
    });
    const [picked] = await runRecipe({
      recipe: gatherRecipe(shape),
      inputs: [{ values: table, codec }, { values: indices }],
      outputs: [{ size, codec }],
    });
    expect(picked).toBeBitEqual(expected);
  });

  const GRADIENTS = [
    { length: 1, slice: 1, positions: 1 },
    { length: 103, slice: 12, positions: 700 },
    { length: 2000, slice: 66, positions: 37 },
    { length: 5, slice: 260, positions: 1100 },
  ] as const;
  it.each(codec === null ? GRADIENTS : GRADIENTS.slice(1, 2))(
    'have a gradient summed in order: $length x $slice at $positions',
    async (shape) => {
      const { length, slice, positions } = shape;
      const dys = rounded(normal(positions * slice, 2, 1), codec);
      const indices = indicesOf(positions, length);
      indices[positions - 1] = -1; // out of range: goes nowhere
      const expected = new Float32Array(length * slice); // float32 sums in the order of the positions: exact bits
      for (let p = 0; p < positions - 1; p++) {
        for (let c = 0; c < slice; c++) {
          const at = (indices[p] as number) * slice + c;
          expected[at] = (expected[at] as number) + (dys[p * slice + c] as number);
        }
      }
      for (const adapterClass of codec === null ? CLASSES : CLASSES.slice(0, 1)) {
        const [sums] = await runRecipe({
          recipe: gatherGradRecipe(shape),
          inputs: [{ values: dys, codec }, { values: indices }],
          outputs: [{ size: length * slice, codec }],
          adapterClass,
        });
        expect(sums).toBeBitEqual(rounded(expected, codec));
      }
    },
  );
});
