/** @typedef {ReturnType<typeof import('./numbers.mjs').randomNumbers>} Random */

const VALID = /** @type {const} */ (['string', 'VALID']);

/**
 * Products: each output is a sum of at least 256 positive terms.
 *
 * @param {Random} random
 */
export function products(random) {
  const filled = (/** @type {readonly number[]} */ shape) => ({
    x: random.between(
      shape.reduce((a, b) => a * b, 1),
      0,
      1,
    ),
    shape,
  });
  const sizes = (/** @type {readonly number[]} */ shape) => ({ int32: shape, shape: [shape.length] });
  const plain = { transpose_a: ['bool', false], transpose_b: ['bool', false] };
  const ones = { x: new Float32Array(4 * 4096).fill(1), shape: [4, 4096] };
  const onesRight = { ...ones, shape: [4096, 4] };
  const einsum = { equation: ['string', 'ij,jk->ik'], N: ['int', 2] };
  const adjoint = { adj_x: ['bool', false], adj_y: ['bool', false] };
  return {
    MatMul: [
      { op: 'MatMul', inputs: [filled([16, 1024]), filled([1024, 16])], attributes: plain },
      { op: 'MatMul', inputs: [ones, onesRight], attributes: plain },
      { op: 'MatMul', inputs: [filled([1, 1024]), filled([1024, 64])], attributes: plain },
      {
        op: 'MatMul',
        inputs: [filled([512, 96]), filled([80, 512])],
        attributes: { transpose_a: ['bool', true], transpose_b: ['bool', true] },
      },
    ],
    BatchMatMulV2: [
      { op: 'BatchMatMulV2', inputs: [filled([3, 16, 1024]), filled([3, 1024, 16])], attributes: adjoint },
      { op: 'BatchMatMulV2', inputs: [filled([1, 16, 1024]), filled([1, 1024, 16])], attributes: adjoint },
      { op: 'BatchMatMulV2', inputs: [filled([4, 1, 1024]), filled([1, 1024, 64])], attributes: adjoint },
      {
        op: 'BatchMatMulV2',
        inputs: [filled([2, 512, 96]), filled([2, 80, 512])],
        attributes: { adj_x: ['bool', true], adj_y: ['bool', true] },
      },
    ],
    Einsum: [{ op: 'Einsum', inputs: [filled([16, 1024]), filled([1024, 16])], attributes: einsum }],
    BiasAdd: [{ op: 'BiasAdd', inputs: [filled([64, 8]), filled([8])] }],
    BiasAddGrad: [
      { op: 'BiasAddGrad', inputs: [filled([4096, 8])] },
      { op: 'BiasAddGrad', inputs: [filled([2, 32, 32, 64])] },
    ],
    ...convolutions(filled, sizes),
    ...depthwise(filled, sizes),
  };
}

/** @param {(shape: readonly number[]) => object} filled @param {(shape: readonly number[]) => object} sizes */
function convolutions(filled, sizes) {
  const flat = { strides: ['int', [1, 1, 1, 1]], padding: VALID, dilations: ['int', [1, 1, 1, 1]] };
  const deep = { strides: ['int', [1, 1, 1, 1, 1]], padding: VALID, dilations: ['int', [1, 1, 1, 1, 1]] };
  const [image, filter, result] = [
    [2, 18, 18, 64],
    [3, 3, 64, 32],
    [2, 16, 16, 32],
  ];
  const [point, pointResult] = [
    [1, 1, 256, 16],
    [2, 18, 18, 16],
  ];
  const [volume, block, blockResult] = [
    [1, 8, 8, 8, 32],
    [3, 3, 3, 32, 16],
    [1, 6, 6, 6, 16],
  ];
  const wide = [2, 18, 18, 256];
  const call = (/** @type {string} */ op, /** @type {readonly object[]} */ inputs, /** @type {object} */ attributes) => ({
    op,
    inputs,
    attributes,
  });
  return {
    Conv2D: [
      call('Conv2D', [filled(image), filled(filter)], flat),
      call('Conv2D', [filled(wide), filled(point)], flat),
      call('Conv2D', [filled(image), filled(filter)], { ...flat, strides: ['int', [1, 2, 2, 1]], padding: ['string', 'SAME'] }),
      call('Conv2D', [filled(image), filled(filter)], { ...flat, dilations: ['int', [1, 2, 2, 1]] }),
    ],
    Conv2DBackpropInput: [
      call('Conv2DBackpropInput', [sizes(image), filled(filter), filled(result)], flat),
      call('Conv2DBackpropInput', [sizes(wide), filled(point), filled(pointResult)], flat),
    ],
    Conv2DBackpropFilter: [
      call('Conv2DBackpropFilter', [filled(image), sizes(filter), filled(result)], flat),
      call('Conv2DBackpropFilter', [filled(wide), sizes(point), filled(pointResult)], flat),
    ],
    Conv3D: [call('Conv3D', [filled(volume), filled(block)], deep)],
    Conv3DBackpropInputV2: [call('Conv3DBackpropInputV2', [sizes(volume), filled(block), filled(blockResult)], deep)],
    Conv3DBackpropFilterV2: [call('Conv3DBackpropFilterV2', [filled(volume), sizes(block), filled(blockResult)], deep)],
  };
}

/** Few terms by nature: the filter is as large as it is so that there are enough. @param {(shape: readonly number[]) => object} filled @param {(shape: readonly number[]) => object} sizes */
function depthwise(filled, sizes) {
  const attributes = { strides: ['int', [1, 1, 1, 1]], padding: VALID };
  const [image, filter, result] = [
    [2, 24, 24, 8],
    [9, 9, 8, 1],
    [2, 16, 16, 8],
  ];
  return {
    DepthwiseConv2dNative: [{ op: 'DepthwiseConv2dNative', inputs: [filled(image), filled(filter)], attributes }],
    DepthwiseConv2dNativeBackpropInput: [
      { op: 'DepthwiseConv2dNativeBackpropInput', inputs: [sizes(image), filled(filter), filled(result)], attributes },
    ],
    DepthwiseConv2dNativeBackpropFilter: [
      { op: 'DepthwiseConv2dNativeBackpropFilter', inputs: [filled(image), sizes(filter), filled(result)], attributes },
    ],
  };
}
