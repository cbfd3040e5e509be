import { util } from '@tensorflow/tfjs-core';
import type { Program } from '../internals.ts';
import { flatProgram } from './flat-program.ts';

/** Copies numbers from one storage to another: the conversion happens in the load and the store. */
export function storageCastProgram(shape: readonly number[]): Program {
  const component = util.sizeFromShape([...shape]) % 4 === 0 ? 4 : 1;
  return flatProgram({
    name: 'halftoneStorageCast',
    shape,
    inputs: ['x'],
    component,
    body: 'setOutputAtIndex(index, getXByOutputIndex(index));',
  });
}
