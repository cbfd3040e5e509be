export type { Choice, Operand } from './decide.ts';
export { decide, TINY_SIZE } from './decide.ts';
export type { Explanation } from './explain.ts';
export { explain } from './explain.ts';
export type { KernelDecision, KernelRecord } from './kernel.ts';
export { beginKernel, endKernel, outputStorage } from './kernel.ts';
export { treatAsParameter } from './parameter.ts';
export type {
  FusedKind,
  FusedOptimizer,
  FusedScaleRule,
  FusedStepRequest,
  FusedStepResult,
  FusedVariable,
  FusedVerdict,
  PluginMemory,
  PrecisionPlugin,
  Storage,
} from './plugin.ts';
export { pluginFor, registerPlugin } from './plugin.ts';
export { replaceGradient } from './replace-gradient.ts';
export { autocast, currentPolicy, fullPrecision, setDefaultPolicy } from './scope.ts';
export { storageOf, toStorage } from './storage.ts';
