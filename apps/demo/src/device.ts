import { dawn } from '@halftone/testing/dawn';
import type { PluginName } from './run-spec.ts';

/** What WebGPU finds on this machine; absent fields mean: no adapter. */
export interface DeviceFinding {
  readonly description?: string;
  readonly isCpu: boolean;
  readonly shaderF16: boolean;
}

const CPU_ADAPTERS = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/**
 * Asks WebGPU for its adapter, without making a device.
 *
 * Sets `navigator.gpu`; takes a quarter of a second. Where the library or a driver is missing nothing is thrown: it is a finding.
 */
export async function findDevice(): Promise<DeviceFinding> {
  const adapter = await adapterOrNull();
  if (adapter === null) return { isCpu: true, shaderF16: false };
  const { description, device, architecture, vendor } = adapter.info;
  const isCpu = CPU_ADAPTERS.test(`${description} ${device} ${architecture}`);
  const known = (isCpu ? [description || device] : [device, description]).filter((part) => part !== ''); // a CPU driver's device is a list of vector units
  return {
    description: known.join(', ') || architecture || vendor || 'unnamed adapter',
    isCpu,
    shaderF16: adapter.features.has('shader-f16'),
  };
}

async function adapterOrNull(): Promise<GPUAdapter | null> {
  try {
    const gpu = await dawn();
    return await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch {
    return null;
  }
}

/** The best plug-in for a machine, unless the user named one. */
export function choosePlugin(finding: DeviceFinding, wanted: PluginName | undefined): PluginName {
  if (wanted === 'webgpu' && finding.description === undefined) {
    throw new Error('[demo] --plugin webgpu needs a WebGPU adapter, got none. Install a GPU driver, or use --plugin emulate.');
  }
  return wanted ?? (finding.description === undefined ? 'emulate' : 'webgpu');
}

/**
 * The job's first line: on what it runs, how halves are stored, and what that cannot tell.
 *
 * Pure.
 *
 * @example
 * deviceLine({ isCpu: true, shaderF16: false }, 'emulate', { packed: false }).startsWith('Device: none'); // true
 */
export function deviceLine(finding: DeviceFinding, plugin: PluginName, options: { readonly packed: boolean }): string {
  if (plugin === 'emulate') {
    const why = finding.description === undefined ? 'none that WebGPU finds' : 'the CPU, as asked for';
    return `Device: ${why}; halves are emulated exactly (wasm). That tells whether a model survives half precision, not what memory or time it saves.`;
  }
  const storage =
    finding.shaderF16 && !options.packed
      ? 'float16 stored as f16'
      : `float16 packed two to a word${finding.shaderF16 ? ', as asked for' : ' (no shader-f16)'}`;
  const limits = finding.isCpu
    ? ' A CPU driver: what is computed, stored and counted is as on a GPU; how fast a GPU would be it does not tell.'
    : '';
  return `Device: ${finding.description ?? 'unnamed'}; ${storage}.${limits}`;
}
