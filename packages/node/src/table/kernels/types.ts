// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { KernelRow } from '../kernel-support.ts';

/** 16-bit kernels of casts, checks, transforms and random numbers, by TensorFlow line and device. */
export const types: Readonly<Record<string, KernelRow>> = {
  Bitcast: { '2.9': { cpu: 'HB', gpu: 'HB' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Cast: { '2.9': { cpu: 'HB', gpu: 'HB' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  CheckNumerics: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'H' }, '2.21': { cpu: 'HB', gpu: 'H' } },
  DecodeRaw: { '2.9': { cpu: 'HB', gpu: '' }, '2.14': { cpu: 'HB', gpu: '' }, '2.21': { cpu: 'HB', gpu: '' } },
  FFT: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  FFT2D: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  IFFT: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  IFFT2D: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  IRFFT: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  Multinomial: { '2.9': { cpu: 'H', gpu: 'H' }, '2.14': { cpu: 'H', gpu: 'H' }, '2.21': { cpu: 'HB', gpu: 'H' } },
  NonMaxSuppressionV3: { '2.9': { cpu: 'H', gpu: '' }, '2.14': { cpu: 'H', gpu: '' }, '2.21': { cpu: 'H', gpu: '' } },
  NonMaxSuppressionV4: { '2.9': { cpu: 'H', gpu: '' }, '2.14': { cpu: 'H', gpu: '' }, '2.21': { cpu: 'H', gpu: '' } },
  NonMaxSuppressionV5: { '2.9': { cpu: 'H', gpu: '' }, '2.14': { cpu: 'H', gpu: '' }, '2.21': { cpu: 'H', gpu: '' } },
  RFFT: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  RandomStandardNormal: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  RandomUniform: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
};
