import { dawn } from '@halftone/testing/dawn';
import type { PluginHandle, PluginName, PluginWishes, Program } from '../lesson.ts';
import { openEmulated, openWebGPU } from '../open-plugins.ts';

const openers = {
  webgpu: async (wishes) => {
    await dawn();
    return openWebGPU(wishes);
  },
  node: openTensorflow,
  emulate: () => openEmulated({ base: 'wasm' }),
} as const satisfies Record<PluginName, (wishes: PluginWishes) => Promise<PluginHandle>>;

/**
 * Chooses what a program runs on: what the user named, else WebGPU where there is an adapter, else exact rounding.
 *
 * TensorFlow is never chosen unasked: it takes a compiler to install.
 *
 * @throws TypeError for a plug-in that the program cannot use
 * @throws Error where WebGPU was named and finds no adapter
 */
export async function choosePlugin(
  { name, plugins }: Pick<Program, 'name' | 'plugins'>,
  wanted: PluginName | undefined,
): Promise<PluginName> {
  if (wanted !== undefined && !plugins.includes(wanted))
    throw new TypeError(`[tutorials] ${name} runs on ${plugins.join(', ')}, got --plugin ${wanted}. Name one of those.`);
  if (wanted === 'node' || wanted === 'emulate') return wanted;
  const found = await hasAdapter();
  if (wanted === 'webgpu' && !found)
    throw new Error('[tutorials] --plugin webgpu needs an adapter, got none. Install a GPU driver, or use --plugin emulate.');
  return found && plugins.includes('webgpu') ? 'webgpu' : 'emulate';
}

/** Opens a plug-in and makes it current. */
export function openPlugin(plugin: PluginName, wishes: PluginWishes = {}): Promise<PluginHandle> {
  return openers[plugin](wishes);
}

async function openTensorflow(): Promise<PluginHandle> {
  const { diagnose, useNode } = await import('@halftone/node');
  const handle = await useNode();
  const { version, device } = handle.capabilities;
  return {
    plugin: 'node',
    backendName: handle.backendName,
    device: `TensorFlow ${version} on the ${device.toUpperCase()}`,
    memory: () => {
      const { bytes, peakBytes, cachedBytes } = handle.memory();
      return { physicalBytes: bytes, peakBytes, cachedBytes };
    },
    resetPeak: () => handle.resetPeak(),
    dispose: () => handle.dispose(),
    tensorflow: { handle, diagnose: () => diagnose() },
  };
}

async function hasAdapter(): Promise<boolean> {
  try {
    const gpu = await dawn();
    return (await gpu.requestAdapter({ powerPreference: 'high-performance' })) !== null;
  } catch {
    return false; // no library or no driver: the choice falls on another plug-in
  }
}
