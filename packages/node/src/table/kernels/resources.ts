// Made by `npm run node-tables` from TensorFlow's own libraries: change the command, not this file.
import type { KernelRow } from '../kernel-support.ts';

/** 16-bit kernels of variables and fused optimizers, by TensorFlow line and device. */
export const resources: Readonly<Record<string, KernelRow>> = {
  AssignAddVariableOp: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  AssignSubVariableOp: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  AssignVariableOp: { '2.9': { cpu: 'HB', gpu: 'HB' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  DestroyResourceOp: { '2.9': { cpu: '', gpu: '' }, '2.14': { cpu: '', gpu: '' }, '2.21': { cpu: '', gpu: '' } },
  ReadVariableOp: { '2.9': { cpu: 'HB', gpu: 'HB' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
  ResourceApplyAdam: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'H' }, '2.21': { cpu: 'HB', gpu: 'H' } },
  ResourceApplyGradientDescent: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'H' }, '2.21': { cpu: 'HB', gpu: 'H' } },
  ResourceApplyMomentum: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'H' }, '2.21': { cpu: 'HB', gpu: 'H' } },
  ResourceApplyRMSProp: { '2.9': { cpu: 'HB', gpu: 'H' }, '2.14': { cpu: 'HB', gpu: 'H' }, '2.21': { cpu: 'HB', gpu: 'H' } },
  VarHandleOp: { '2.9': { cpu: 'HB', gpu: 'HB' }, '2.14': { cpu: 'HB', gpu: 'HB' }, '2.21': { cpu: 'HB', gpu: 'HB' } },
};
