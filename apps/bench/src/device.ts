import { dawn } from '@halftone/testing/dawn';
import { installGpuMeter, type GpuMeter } from '@halftone/testing/meter';
import { dropDispatches } from './count-only.ts';
import { installHostClock, type HostClock } from './host-clock.ts';

/** The GPU of this process, metered from before any device was made. */
export interface MeteredGpu {
  readonly description: string;
  readonly meter: GpuMeter;
  readonly clock: HostClock;
}

/**
 * Gives this process WebGPU and everything that counts and times it.
 *
 * To be called once in a process, before any library makes its device.
 *
 * @throws Error if no adapter is found
 */
export async function openGpu({ countOnly }: { readonly countOnly: boolean }): Promise<MeteredGpu> {
  const gpu = await dawn();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null)
    throw new Error('[bench] WebGPU must find an adapter, got none. Install a GPU driver, or use --backend cpu or wasm.');
  if (countOnly) dropDispatches();
  const clock = installHostClock(); // before the meter, whose removal puts back what it found
  const meter = installGpuMeter();
  return { description: describe(adapter.info), meter, clock };
}

function describe({ description, device, architecture, vendor }: GPUAdapterInfo): string {
  const isCpu = /llvmpipe|lavapipe|swiftshader/i.test(`${description} ${device}`);
  const known = (isCpu ? [description || device] : [device, description]).filter((part) => part !== '');
  return [...new Set(known)].join(', ') || architecture || vendor || 'unnamed adapter';
}
