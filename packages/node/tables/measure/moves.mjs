import { int32 } from './library.mjs';

/** @typedef {ReturnType<typeof import('./numbers.mjs').randomNumbers>} Random */

/**
 * Ops that only move or choose numbers: each has to give the very numbers that it got.
 *
 * @param {Random} random
 */
export function moves(random) {
  const filled = (/** @type {readonly number[]} */ shape) => ({
    x: random.between(
      shape.reduce((a, b) => a * b, 1),
      -1,
      1,
    ),
    shape,
  });
  const ints = (/** @type {readonly number[]} */ values, shape = [values.length]) => ({ int32: values, shape });
  const call = (/** @type {string} */ op, /** @type {readonly object[]} */ inputs, attributes = {}) => ({
    [op]: [{ op, inputs, attributes }],
  });
  const [image, matrix, one] = [filled([4, 6, 6, 4]), filled([8, 32]), filled([])];
  const chosen = { bool: Array.from({ length: 256 }, (_, i) => (i % 3) & 1), shape: [8, 32] };
  const crops = ints([0, 0, 0, 0], [2, 2]);
  const masks = Object.fromEntries(['begin', 'end', 'ellipsis', 'new_axis', 'shrink_axis'].map((name) => [`${name}_mask`, ['int', 0]]));
  return {
    ...call('BatchToSpaceND', [image, ints([2, 2]), crops]),
    ...call('BroadcastTo', [filled([1, 32]), ints([8, 32])]),
    ...call('ConcatV2', [matrix, filled([8, 32]), ints([1], [])], { N: ['int', 2], Tidx: int32 }),
    ...call('DepthToSpace', [image], { block_size: ['int', 2], data_format: ['string', 'NHWC'] }),
    ...call('Diag', [filled([16])]),
    ...call('ExpandDims', [matrix, ints([0], [])]),
    ...call('Fill', [ints([4, 4]), one], { index_type: int32 }),
    ...call('GatherNd', [matrix, ints([0, 1, 3, 2], [2, 2])]),
    ...call('GatherV2', [matrix, ints([5, 0, 7]), ints([0], [])], { batch_dims: ['int', 0] }),
    ...call('MirrorPad', [matrix, ints([1, 1, 2, 2], [2, 2])], { mode: ['string', 'REFLECT'] }),
    ...call('OneHot', [ints([1, 2, 3]), ints([5], []), one, filled([])], { axis: ['int', -1] }),
    ...call('Pack', [matrix, filled([8, 32])], { N: ['int', 2], axis: ['int', 0] }),
    ...call('PadV2', [matrix, ints([1, 1, 2, 2], [2, 2]), one]),
    ...call('Reshape', [matrix, ints([32, 8])]),
    ...call('ReverseV2', [matrix, ints([1])]),
    ...call('ScatterNd', [ints([0, 2], [2, 1]), filled([2, 8]), ints([4, 8])]),
    ...call('Select', [chosen, matrix, filled([8, 32])]),
    ...call('SelectV2', [chosen, matrix, filled([1, 32])]),
    ...call('Slice', [matrix, ints([1, 2]), ints([3, 8])]),
    ...call('SpaceToBatchND', [image, ints([2, 2]), crops]),
    ...call('SparseToDense', [ints([1, 3]), ints([8]), filled([2]), one], { validate_indices: ['bool', true] }),
    ...call('StridedSlice', [matrix, ints([0, 1]), ints([8, 30]), ints([2, 3])], masks),
    ...call('TensorScatterUpdate', [matrix, ints([2, 5], [2, 1]), filled([2, 32])]),
    ...call('Tile', [matrix, ints([2, 3])]),
    ...call('Transpose', [matrix, ints([1, 0])]),
    SplitV: [{ op: 'SplitV', inputs: [matrix, ints([8, 24]), ints([1], [])], attributes: { num_split: ['int', 2] }, outputs: 2 }],
    Unpack: [{ op: 'Unpack', inputs: [matrix], attributes: { num: ['int', 8], axis: ['int', 0] }, outputs: 8 }],
    TopKV2: [{ op: 'TopKV2', inputs: [matrix, ints([4], [])], attributes: { sorted: ['bool', true] }, outputs: 2, compared: 1 }],
  };
}
