import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { View } from '../../src/graph/record.ts';
import { broadcastView } from '../../src/kernels/elementwise/broadcast-view.ts';
import { reversedView, tiledView } from '../../src/kernels/views/arrangements.ts';
import { sliceView } from '../../src/kernels/views/slices.ts';

/** Where each element of an output finds its input element. */
function places({ offset, strides }: View, shape: readonly number[]): number[] {
  return shape.reduce(
    (found, length, axis) => found.flatMap((at) => Array.from({ length }, (_, i) => at + i * (strides[axis] ?? 0))),
    [offset],
  );
}

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

describe('broadcastView', () => {
  it('stands still along dimensions of length 1 and along missing ones', () => {
    expect(broadcastView([3, 1], [2, 3, 4])).toEqual({ offset: 0, strides: [0, 1, 0] });
    expect(broadcastView([], [2, 2])).toEqual({ offset: 0, strides: [0, 0] });
    expect(broadcastView([1, 4], [5, 4])).toEqual({ offset: 0, strides: [0, 1] });
  });
  it('is left out where the tensor lies exactly as the output', () => {
    expect(broadcastView([2, 3], [2, 3])).toBeUndefined();
    expect(broadcastView([3], [1, 1, 3])).toBeUndefined();
    expect(broadcastView([], [])).toBeUndefined();
    expect(broadcastView([], [1, 1])).toBeUndefined();
  });
});

describe('views of a whole tensor', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  it('reversed twice are as before', () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.boolean()), (shape, coin) => {
        const axes = shape.map((_, axis) => axis).filter(() => coin.next().value === true);
        const turned = places(reversedView(shape, axes), shape);
        expect(turned.map((at) => turned[at])).toEqual(Array.from({ length: size(shape) }, (_, i) => i));
      }),
      { seed: 1 },
    );
  });
  it('tiled hold each element as often as it is repeated, blocks after each other', () => {
    const { view, shape, finalShape } = tiledView([2, 3], [2, 2]);
    expect(finalShape).toEqual([4, 6]);
    expect(places(view, shape)).toEqual([0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5, 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]);
  });
  it('tiled along dimensions of length 1 need no further dimension', () => {
    expect(tiledView([1, 3], [4, 1])).toEqual({ view: { offset: 0, strides: [0, 1] }, shape: [4, 3], finalShape: [4, 3] });
  });
  it('sliced begin at their place and step as asked', () => {
    expect(places(sliceView([4, 5], [1, 3], [2, -1]), [2, 3])).toEqual([8, 7, 6, 18, 17, 16]);
  });
});
