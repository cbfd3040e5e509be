/**
 * How Mesa's CPU driver compiles for programs that run most of their shaders a few times. `four-lanes`: vectors of four numbers instead of eight; the custom
 * loop's 166 shaders then take 29 s instead of 64 with an empty cache, the long tests of golden trainings 109 s of a processor instead of 162. `quick`: without
 * LLVM's optimisations too, for tests that run each shader once on small tensors: the 27 convolutions of `conv-values` take 35 s instead of 94, a quarter of tfjs's specs 57 instead of 124. Subgroups
 * have four lanes then, which kernels must bear anyway. Benchmarks and the evidence's trainings leave the driver as it is.
 */
export const shaderSettings = {
  'four-lanes': { LP_NATIVE_VECTOR_WIDTH: '128' },
  quick: { LP_NATIVE_VECTOR_WIDTH: '128', GALLIVM_PERF: 'nopt' },
};

/** @typedef {keyof typeof shaderSettings} Shaders */

/**
 * The settings for a driver that set-up brought; none for one of the machine's own.
 *
 * Pure.
 *
 * @param {Shaders} shaders
 * @param {Readonly<Record<string, string>>} gpu - what set-up says of the driver; empty where the machine has one of its own
 * @returns {Record<string, string>}
 */
export function shadersFor(shaders, gpu) {
  return 'VK_DRIVER_FILES' in gpu ? shaderSettings[shaders] : {};
}
