import { dawn } from '@halftone/testing/dawn';
import { installGpuMeter, type GpuMeter } from '@halftone/testing/meter';
import { dropDispatches } from './count-only.ts';
import { installHostClock, type HostClock } from './host-clock.ts';

/** The GPU of this process, metered from before any device was made. */
export interface MeteredGpu {
  readonly description: string;
  readonly meter: GpuMeter;
  readonly clock: HostClock;
  /** Throws if the device has reported an error that nobody handled: then what was measured was not the work. */
  check(): void;
}

interface AdapterClass {
  readonly prototype: { requestDevice(this: object, ...given: unknown[]): Promise<GPUDevice> };
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
  const check = watchErrors();
  const clock = installHostClock(); // before the meter, whose removal puts back what it found
  const meter = installGpuMeter();
  return { description: describe(adapter.info), meter, clock, check };
}

function describe({ description, device, architecture, vendor }: GPUAdapterInfo): string {
  const isCpu = /llvmpipe|lavapipe|swiftshader/i.test(`${description} ${device}`);
  const known = (isCpu ? [description || device] : [device, description]).filter((part) => part !== '');
  return [...new Set(known)].join(', ') || architecture || vendor || 'unnamed adapter';
}

/** Listens to every device that is made from now on. */
function watchErrors(): () => void {
  const { prototype } = (globalThis as { GPUAdapter?: unknown }).GPUAdapter as AdapterClass;
  const original = prototype.requestDevice;
  let first: string | undefined;
  prototype.requestDevice = async function (...given) {
    const device = await original.apply(this, given);
    device.addEventListener('uncapturederror', (event) => void (first ??= (event as GPUUncapturedErrorEvent).error.message));
    return device;
  };
  return () => {
    if (first !== undefined)
      throw new Error(
        `[bench] the device must do all that it is asked, got: ${first.split('\n')[0]}. Use a smaller model, or a device with higher limits.`,
      );
  };
}
