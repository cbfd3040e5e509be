// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { OpSignature } from '../op-signatures.ts';

/** Type attributes of products. */
export const products: Readonly<Record<string, OpSignature>> = {
  BatchMatMulV2: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  BiasAdd: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  BiasAddGrad: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  Conv2D: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  Conv2DBackpropFilter: { inputs: [{ type: 'T' }, { type: '' }, { type: 'T' }], types: { T: 'HB' } },
  Conv2DBackpropInput: { inputs: [{ type: '' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  Conv3D: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  Conv3DBackpropFilterV2: { inputs: [{ type: 'T' }, { type: '' }, { type: 'T' }], types: { T: 'HB' } },
  Conv3DBackpropInputV2: { inputs: [{ type: 'Tshape' }, { type: 'T' }, { type: 'T' }], types: { Tshape: '', T: 'HB' } },
  DepthwiseConv2dNative: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  DepthwiseConv2dNativeBackpropFilter: { inputs: [{ type: 'T' }, { type: '' }, { type: 'T' }], types: { T: 'HB' } },
  DepthwiseConv2dNativeBackpropInput: { inputs: [{ type: '' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  Einsum: { inputs: [{ type: 'T', list: 'number' }], types: {} },
  MatMul: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
};
