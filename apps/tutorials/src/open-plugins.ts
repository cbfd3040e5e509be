import type { EmulateOptions } from '@halftone/emulate';
import type { PluginHandle, PluginWishes } from './lesson.ts';

/** Makes WebGPU current; in Node after `dawn()`. Waits for the device. */
export async function openWebGPU({ deterministic = false }: PluginWishes = {}): Promise<PluginHandle> {
  const { useWebGPU } = await import('@halftone/webgpu');
  const handle = await useWebGPU({ deterministic });
  const { adapter, codecs } = handle.capabilities;
  const name = [adapter.isCpu ? adapter.description || adapter.device : adapter.device || adapter.description, adapter.vendor].find(
    (part) => part,
  );
  return {
    plugin: 'webgpu',
    backendName: handle.backendName,
    device: `${name ?? 'unnamed adapter'} by WebGPU, halves stored as ${codecs.float16}`,
    memory: () => handle.memory(),
    resetPeak: () => handle.resetPeak(),
    dispose: () => handle.dispose(),
  };
}

/** Makes exact rounding on the CPU current, which needs no GPU. */
export async function openEmulated(options: EmulateOptions): Promise<PluginHandle> {
  const { useEmulated } = await import('@halftone/emulate');
  const handle = await useEmulated(options);
  return {
    plugin: 'emulate',
    backendName: handle.backendName,
    device: `the CPU (${options.base ?? 'wasm'}), halves emulated exactly, bytes as halves would take them`,
    memory: () => {
      const { emulatedBytes, peakEmulatedBytes } = handle.memory();
      return { physicalBytes: emulatedBytes, peakBytes: peakEmulatedBytes, cachedBytes: 0 };
    },
    resetPeak: () => handle.resetPeak(),
    dispose: () => handle.dispose(),
  };
}
