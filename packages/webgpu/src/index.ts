export type { Capabilities } from './device/capabilities.ts';
export { DeviceLostError } from './device/fault.ts';
export type { ConversionReport, NumericsReport } from './device/probe.ts';
export type { DeviceBytes } from './memory.ts';
export { DeviceMemoryError } from './memory.ts';
export type { WebGPUOptions } from './options.ts';
export type { WebGPUHandle } from './register.ts';
export { registerWebGPU, useWebGPU } from './register.ts';
