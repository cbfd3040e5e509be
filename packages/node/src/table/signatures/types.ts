// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { OpSignature } from '../op-signatures.ts';

/** Type attributes of casts, checks, transforms and random numbers. */
export const types: Readonly<Record<string, OpSignature>> = {
  Bitcast: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  Cast: { inputs: [{ type: 'SrcT' }], types: {} },
  CheckNumerics: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
  DecodeRaw: { inputs: [{ type: '' }], types: {} },
  FFT: { inputs: [{ type: 'Tcomplex' }], types: { Tcomplex: '' } },
  FFT2D: { inputs: [{ type: 'Tcomplex' }], types: { Tcomplex: '' } },
  IFFT: { inputs: [{ type: 'Tcomplex' }], types: { Tcomplex: '' } },
  IFFT2D: { inputs: [{ type: 'Tcomplex' }], types: { Tcomplex: '' } },
  IRFFT: { inputs: [{ type: 'Tcomplex' }, { type: '' }], types: { Tcomplex: '' } },
  Multinomial: { inputs: [{ type: 'T' }, { type: '' }], types: { T: 'HB' } },
  NonMaxSuppressionV3: {
    inputs: [{ type: 'T' }, { type: 'T' }, { type: '' }, { type: 'T_threshold' }, { type: 'T_threshold' }],
    types: { T: 'H', T_threshold: 'H' },
  },
  NonMaxSuppressionV4: {
    inputs: [{ type: 'T' }, { type: 'T' }, { type: '' }, { type: 'T_threshold' }, { type: 'T_threshold' }],
    types: { T: 'H', T_threshold: 'H' },
  },
  NonMaxSuppressionV5: {
    inputs: [{ type: 'T' }, { type: 'T' }, { type: '' }, { type: 'T' }, { type: 'T' }, { type: 'T' }],
    types: { T: 'H' },
  },
  RFFT: { inputs: [{ type: 'Treal' }, { type: '' }], types: { Treal: '' } },
  RandomStandardNormal: { inputs: [{ type: 'T' }], types: { T: '' } },
  RandomUniform: { inputs: [{ type: 'T' }], types: { T: '' } },
};
