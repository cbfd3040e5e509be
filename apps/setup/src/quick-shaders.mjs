/**
 * Tests meet thousands of shaders once, on small tensors: Mesa's CPU driver then spends most of its time in LLVM. Without LLVM's optimisations, and with
 * vectors of four numbers instead of eight, the 27 convolutions of `conv-values` take 35 s of a processor instead of 94. Subgroups then have four lanes, which
 * kernels must bear anyway. Trainings and benchmarks leave both as they are: there, shaders run for longer than they are compiled.
 *
 * Pure.
 *
 * @param {Record<string, string>} gpu - empty where the machine has a driver of its own
 * @returns {Record<string, string>}
 */
export function quickShaders(gpu) {
  return 'VK_DRIVER_FILES' in gpu ? { GALLIVM_PERF: 'nopt', LP_NATIVE_VECTOR_WIDTH: '128' } : {};
}
