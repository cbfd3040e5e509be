// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { OpSignature } from '../op-signatures.ts';

/** Type attributes of windows, norms and softmax. */
export const windows: Readonly<Record<string, OpSignature>> = {
  AvgPool: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  AvgPool3D: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  AvgPool3DGrad: { inputs: [{ type: '' }, { type: 'T' }], types: { T: 'HB' } },
  AvgPoolGrad: { inputs: [{ type: '' }, { type: 'T' }], types: { T: 'HB' } },
  CropAndResize: { inputs: [{ type: 'T' }, { type: '' }, { type: '' }, { type: '' }], types: { T: 'H' } },
  Dilation2D: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  Dilation2DBackpropFilter: { inputs: [{ type: 'T' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  Dilation2DBackpropInput: { inputs: [{ type: 'T' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  FusedBatchNorm: { inputs: [{ type: 'T' }, { type: 'T' }, { type: 'T' }, { type: 'T' }, { type: 'T' }], types: { T: '' } },
  FusedBatchNormGradV3: {
    inputs: [{ type: 'T' }, { type: 'T' }, { type: '' }, { type: 'U' }, { type: 'U' }, { type: 'U' }],
    types: { T: 'HB', U: '' },
  },
  FusedBatchNormV3: { inputs: [{ type: 'T' }, { type: 'U' }, { type: 'U' }, { type: 'U' }, { type: 'U' }], types: { T: 'HB', U: 'B' } },
  LRN: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  LRNGrad: { inputs: [{ type: 'T' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  LogSoftmax: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  MaxPool: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  MaxPool3D: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  MaxPool3DGrad: { inputs: [{ type: 'TInput' }, { type: 'TInput' }, { type: 'T' }], types: { TInput: 'HB', T: 'HB' } },
  MaxPoolGrad: { inputs: [{ type: 'T' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  MaxPoolV2: { inputs: [{ type: 'T' }, { type: '' }, { type: '' }], types: { T: 'HB' } },
  ResizeBilinear: { inputs: [{ type: 'T' }, { type: '' }], types: { T: 'HB' } },
  ResizeBilinearGrad: { inputs: [{ type: '' }, { type: 'T' }], types: { T: 'HB' } },
  ResizeNearestNeighbor: { inputs: [{ type: 'T' }, { type: '' }], types: { T: 'HB' } },
  ResizeNearestNeighborGrad: { inputs: [{ type: 'T' }, { type: '' }], types: { T: 'HB' } },
  Softmax: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  SoftmaxCrossEntropyWithLogits: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  SparseSoftmaxCrossEntropyWithLogits: { inputs: [{ type: 'T' }, { type: 'Tlabels' }], types: { T: 'HB', Tlabels: '' } },
};
