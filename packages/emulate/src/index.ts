export type { Capabilities } from './capabilities.ts';
export type { TensorBytes } from './byte-ledger.ts';
export type { BaseName, EmulateOptions } from './options.ts';
export type { KernelRange } from './range-counters.ts';
export type { EmulatedHandle } from './register.ts';
export { registerEmulated, useEmulated } from './register.ts';
