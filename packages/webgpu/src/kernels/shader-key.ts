import type { Program } from '../internals.ts';

/**
 * Completes the pipeline key of a program of tfjs's whose shader contains a number that its key lacks.
 *
 * A cumulative sum has the length of its axis in the shader's text and not in the key, so a second length would meet the
 * first one's pipeline and read past the end of its rows. In float32 the device answers 0 there; a half buffer of odd
 * length has one more place in it, with whatever was left in it.
 */
export function completeShaderKey(program: Program): void {
  if (program.shaderKey.startsWith('cum_')) program.shaderKey += `_${program.outputShape.at(-1)}`;
}
