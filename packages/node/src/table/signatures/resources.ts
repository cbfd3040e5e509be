// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { OpSignature } from '../op-signatures.ts';

/** Type attributes of variables and fused optimizers. */
export const resources: Readonly<Record<string, OpSignature>> = {
  AssignAddVariableOp: { inputs: [{ type: '' }, { type: 'dtype' }], types: {} },
  AssignSubVariableOp: { inputs: [{ type: '' }, { type: 'dtype' }], types: {} },
  AssignVariableOp: { inputs: [{ type: '' }, { type: 'dtype' }], types: {} },
  DestroyResourceOp: { inputs: [{ type: '' }], types: {} },
  ReadVariableOp: { inputs: [{ type: '' }], types: {} },
  ResourceApplyAdam: {
    inputs: [
      { type: '' },
      { type: '' },
      { type: '' },
      { type: 'T' },
      { type: 'T' },
      { type: 'T' },
      { type: 'T' },
      { type: 'T' },
      { type: 'T' },
      { type: 'T' },
    ],
    types: { T: 'HB' },
  },
  ResourceApplyGradientDescent: { inputs: [{ type: '' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  ResourceApplyMomentum: { inputs: [{ type: '' }, { type: '' }, { type: 'T' }, { type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  ResourceApplyRMSProp: {
    inputs: [{ type: '' }, { type: '' }, { type: '' }, { type: 'T' }, { type: 'T' }, { type: 'T' }, { type: 'T' }, { type: 'T' }],
    types: { T: 'HB' },
  },
  VarHandleOp: { inputs: [], types: {} },
};
