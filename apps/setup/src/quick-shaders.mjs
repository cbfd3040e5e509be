/**
 * Vectors of four numbers instead of eight: Mesa's CPU driver then compiles in half the time. The custom loop's 166 shaders, each run a few
 * times, take 29 s instead of 64 with an empty cache. Subgroups then have four lanes, which kernels must bear anyway.
 */
export const fourLanes = { LP_NATIVE_VECTOR_WIDTH: '128' };

/**
 * Tests meet thousands of shaders once, on small tensors: the driver then spends most of its time in LLVM. Without LLVM's optimisations and with four lanes,
 * the 27 convolutions of `conv-values` take 35 s of a processor instead of 94. Trainings and benchmarks leave LLVM as it is: there, shaders run for longer
 * than they are compiled.
 *
 * Pure.
 *
 * @param {Record<string, string>} gpu - empty where the machine has a driver of its own
 * @returns {Record<string, string>}
 */
export function quickShaders(gpu) {
  return 'VK_DRIVER_FILES' in gpu ? { GALLIVM_PERF: 'nopt', ...fourLanes } : {};
}
