import { int32 } from './library.mjs';

/** @typedef {ReturnType<typeof import('./numbers.mjs').randomNumbers>} Random */

/**
 * Windows, norms, softmax and resizing.
 *
 * @param {Random} random
 */
export function windows(random) {
  const filled = (/** @type {readonly number[]} */ shape, from = 0, to = 1) => ({
    x: random.between(
      shape.reduce((a, b) => a * b, 1),
      from,
      to,
    ),
    shape,
  });
  const sizes = (/** @type {readonly number[]} */ shape) => ({ int32: shape, shape: [shape.length] });
  const rows = filled([64, 256], -4, 4);
  const labels = { x: Float32Array.from({ length: 64 * 256 }, (_, i) => (i % 256 === i >> 8 ? 1 : 0)), shape: [64, 256] };
  const classes = { int32: Array.from({ length: 64 }, (_, i) => i), shape: [64] };
  return {
    Softmax: [{ op: 'Softmax', inputs: [rows] }],
    LogSoftmax: [{ op: 'LogSoftmax', inputs: [rows] }],
    SoftmaxCrossEntropyWithLogits: [{ op: 'SoftmaxCrossEntropyWithLogits', inputs: [rows, labels], outputs: 2 }],
    SparseSoftmaxCrossEntropyWithLogits: [
      { op: 'SparseSoftmaxCrossEntropyWithLogits', inputs: [rows, classes], attributes: { Tlabels: int32 }, outputs: 2 },
    ],
    ...pools(filled, sizes),
    ...norms(filled),
    ...resizes(filled, sizes),
  };
}

/** @param {(shape: readonly number[], from?: number, to?: number) => object} filled @param {(shape: readonly number[]) => object} sizes */
function pools(filled, sizes) {
  const flat = { ksize: ['int', [1, 8, 8, 1]], strides: ['int', [1, 2, 2, 1]], padding: ['string', 'VALID'] };
  const deep = { ksize: ['int', [1, 4, 4, 4, 1]], strides: ['int', [1, 2, 2, 2, 1]], padding: ['string', 'VALID'] };
  const [image, pooled] = [
    [2, 24, 24, 8],
    [2, 9, 9, 8],
  ];
  const [volume, blocks] = [
    [1, 10, 10, 10, 8],
    [1, 4, 4, 4, 8],
  ];
  const [images, volumes] = [filled(image), filled(volume)];
  const pool = (/** @type {string} */ op, /** @type {object} */ x, /** @type {object} */ attributes) => ({ op, inputs: [x], attributes });
  const most = { result: pool('MaxPool', images, flat), shape: pooled };
  const most3d = { result: pool('MaxPool3D', volumes, deep), shape: blocks };
  const dilation = { strides: ['int', [1, 1, 1, 1]], rates: ['int', [1, 1, 1, 1]], padding: ['string', 'VALID'] };
  const [kernel, spread] = [
    [9, 9, 8],
    [2, 16, 16, 8],
  ];
  return {
    AvgPool: [
      { op: 'AvgPool', inputs: [filled(image)], attributes: flat },
      { op: 'AvgPool', inputs: [filled(image, 2000, 4000)], attributes: flat },
    ],
    AvgPoolGrad: [{ op: 'AvgPoolGrad', inputs: [sizes(image), filled(pooled)], attributes: flat }],
    AvgPool3D: [
      { op: 'AvgPool3D', inputs: [filled(volume)], attributes: deep },
      { op: 'AvgPool3D', inputs: [filled(volume, 2000, 4000)], attributes: deep },
    ],
    AvgPool3DGrad: [{ op: 'AvgPool3DGrad', inputs: [sizes(volume), filled(blocks)], attributes: deep }],
    MaxPool: [pool('MaxPool', images, flat)],
    MaxPool3D: [pool('MaxPool3D', volumes, deep)],
    MaxPoolGrad: [{ op: 'MaxPoolGrad', inputs: [images, most, filled(pooled)], attributes: flat }],
    MaxPool3DGrad: [{ op: 'MaxPool3DGrad', types: ['T', 'TInput'], inputs: [volumes, most3d, filled(blocks)], attributes: deep }],
    Dilation2D: [{ op: 'Dilation2D', inputs: [filled(image), filled(kernel)], attributes: dilation }],
    Dilation2DBackpropInput: [
      { op: 'Dilation2DBackpropInput', inputs: [filled(image), filled(kernel), filled(spread)], attributes: dilation },
    ],
    Dilation2DBackpropFilter: [
      { op: 'Dilation2DBackpropFilter', inputs: [filled(image), filled(kernel), filled(spread)], attributes: dilation },
    ],
  };
}

/** @param {(shape: readonly number[], from?: number, to?: number) => object} filled */
function norms(filled) {
  const image = [4, 32, 32, 8];
  const float32 = (from = 0.5, to = 1.5) => {
    const { x, shape } = /** @type {{ x: Float32Array, shape: readonly number[] }} */ (filled([8], from, to));
    return { float32: x, shape };
  };
  const statistics = { U: ['type', 1], epsilon: ['float', 1e-3], data_format: ['string', 'NHWC'] };
  const norm = (/** @type {boolean} */ training, from = -2, to = 2) => ({
    op: 'FusedBatchNormV3',
    inputs: [
      filled(image, from, to),
      float32(),
      float32(-1, 1),
      ...(training
        ? [
            { float32: new Float32Array(0), shape: [0] },
            { float32: new Float32Array(0), shape: [0] },
          ]
        : [float32(-1, 1), float32()]),
    ],
    attributes: { ...statistics, is_training: ['bool', training] },
    outputs: 6,
    compared: 3, // the rest is room for the gradient's use
    scale: 0.25,
  });
  const gradient = (/** @type {boolean} */ training) => ({
    op: 'FusedBatchNormGradV3',
    inputs: [
      filled(image, -2, 2),
      filled(image, -2, 2),
      float32(),
      float32(-0.1, 0.1),
      float32(),
      { float32: new Float32Array(8), shape: [8] },
    ],
    attributes: { ...statistics, is_training: ['bool', training] },
    outputs: 5,
    compared: 3,
    scale: 0.25,
  });
  const local = { depth_radius: ['int', 5], bias: ['float', 1], alpha: ['float', 1], beta: ['float', 0.5] };
  const small = [2, 8, 8, 32];
  return {
    FusedBatchNormV3: [norm(false), norm(true), norm(true, 100, 400)],
    FusedBatchNormGradV3: [gradient(false), gradient(true)],
    LRN: [{ op: 'LRN', inputs: [filled(small)], attributes: local }],
    LRNGrad: [{ op: 'LRNGrad', inputs: [filled(small), filled(small), filled(small)], attributes: local }],
  };
}

/** Results of ResizeBilinear and CropAndResize are float32 whatever the input. @param {(shape: readonly number[], from?: number, to?: number) => object} filled @param {(shape: readonly number[]) => object} sizes */
function resizes(filled, sizes) {
  const corners = { align_corners: ['bool', false], half_pixel_centers: ['bool', true] };
  const image = filled([2, 8, 8, 4]);
  const { x, shape } = /** @type {{ x: Float32Array, shape: readonly number[] }} */ (filled([2, 40, 40, 4]));
  return {
    ResizeNearestNeighbor: [{ op: 'ResizeNearestNeighbor', inputs: [image, sizes([20, 20])], attributes: corners }],
    ResizeNearestNeighborGrad: [{ op: 'ResizeNearestNeighborGrad', inputs: [{ x, shape }, sizes([8, 8])], attributes: corners }],
    ResizeBilinear: [{ op: 'ResizeBilinear', inputs: [image, sizes([20, 20])], attributes: corners }],
    ResizeBilinearGrad: [{ op: 'ResizeBilinearGrad', inputs: [{ float32: x, shape }, image], attributes: corners }],
  };
}
