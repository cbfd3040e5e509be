// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { KernelRow } from '../kernel-support.ts';

/** 16-bit kernels of reductions, by TensorFlow line and device. */
export const reductions: Readonly<Record<string, KernelRow>> = {
  All: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  Any: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  ArgMax: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  ArgMin: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Bincount: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  Cumprod: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Cumsum: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  L2Loss: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Max: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Mean: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Min: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Prod: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  Sum: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  UnsortedSegmentSum: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
};
