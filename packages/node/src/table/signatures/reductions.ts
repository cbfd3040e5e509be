// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { OpSignature } from '../op-signatures.ts';

/** Type attributes of reductions. */
export const reductions: Readonly<Record<string, OpSignature>> = {
  All: { inputs: [{ type: '' }, { type: 'Tidx' }], types: { Tidx: '' } },
  Any: { inputs: [{ type: '' }, { type: 'Tidx' }], types: { Tidx: '' } },
  ArgMax: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  ArgMin: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  Bincount: { inputs: [{ type: '' }, { type: '' }, { type: 'T' }], types: { T: '' } },
  Cumprod: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  Cumsum: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  L2Loss: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  Max: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  Mean: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  Min: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  Prod: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  Sum: { inputs: [{ type: 'T' }, { type: 'Tidx' }], types: { T: 'HB', Tidx: '' } },
  UnsortedSegmentSum: {
    inputs: [{ type: 'T' }, { type: 'Tindices' }, { type: 'Tnumsegments' }],
    types: { T: 'HB', Tindices: '', Tnumsegments: '' },
  },
};
