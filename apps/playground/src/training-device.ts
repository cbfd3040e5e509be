import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { findBackend } from '@tensorflow/tfjs-core';
import { registerEmulated, type EmulateOptions } from '@halftone/emulate';
import { findAdapter } from '@halftone/page/adapter';
import { registerWebGPU, type WebGPUHandle } from '@halftone/webgpu';
import type { DeviceReport } from './protocol.ts';
import type { PolicyName } from './state/settings.ts';

/** A device that one run has to itself, so that its bytes are those of the run. */
export interface RunDevice {
  readonly backendName: string;
  readonly report: DeviceReport;
  /** Bytes now, pools included, and the most since `resetPeak()`. Runs what waits. */
  bytes(): { readonly held: number; readonly peak: number };
  resetPeak(): void;
  /** Whether the device is gone, once its loss has had a turn to arrive. */
  isLost(): Promise<boolean>;
  /** Destroys the device under whoever uses it, as a crash of its driver does; nothing where there is none. */
  lose(): void;
  dispose(): void;
}

/** How devices are opened. */
export interface DeviceOptions {
  /** What the emulation runs on where there is no WebGPU. */
  readonly emulate: EmulateOptions;
  /** Called once when a device is lost by itself, or by `lose()`. */
  readonly onLost: (reason: string) => void;
  /** `'emulate'` passes WebGPU over; for tests. */
  readonly only?: 'webgpu' | 'emulate';
}

/**
 * Opens a device for each run: WebGPU, or exact emulation where the browser has none.
 *
 * Waits for the GPU.
 *
 * @param policies - one device each
 * @returns as many devices, owned by the caller
 * @throws Error where neither can be had
 */
export async function openDevices(policies: readonly PolicyName[], options: DeviceOptions): Promise<readonly RunDevice[]> {
  const opened: RunDevice[] = [];
  try {
    const missing = options.only === 'emulate' ? 'it was not asked for' : await whyNoWebGPU(options);
    for (const policy of policies)
      opened.push(missing === null ? await openWebGPU(policy, options) : await openEmulated(policy, { ...options, why: missing }));
    return opened;
  } catch (error) {
    for (const device of opened) device.dispose();
    throw error;
  }
}

/** Without underscores: tfjs reads a backend's name as ending at the first one, and would set none of its kernels up. */
function backendNameOf(policy: PolicyName): string {
  return `playground-${policy.replaceAll('_', '-')}`;
}

/** Why this browser has no WebGPU; `null` where it has. */
async function whyNoWebGPU({ only }: DeviceOptions): Promise<string | null> {
  if (only === 'webgpu') return null; // in Node the plug-in brings its own
  const search = await findAdapter();
  return search.state === 'ready' ? null : search.why;
}

async function openWebGPU(policy: PolicyName, { onLost }: DeviceOptions): Promise<RunDevice> {
  const handle = await registerWebGPU({ backendName: backendNameOf(policy) });
  const { device } = findBackend(handle.backendName) as WebGPUBackend;
  const watch = watchLoss(device, onLost);
  return {
    backendName: handle.backendName,
    report: reportOf(handle),
    bytes: () => {
      const { physicalBytes, cachedBytes, peakBytes } = handle.memory();
      return { held: physicalBytes + cachedBytes, peak: peakBytes };
    },
    resetPeak: () => handle.resetPeak(),
    isLost: watch.isLost,
    lose: () => device.destroy(),
    dispose: () => {
      watch.end();
      handle.dispose();
    },
  };
}

function watchLoss(device: GPUDevice, onLost: (reason: string) => void): { isLost(): Promise<boolean>; end(): void } {
  let [lost, over] = [false, false];
  void device.lost.then(({ reason, message }) => {
    if (over) return;
    lost = true;
    onLost(`${reason}: ${message.split('\n')[0]}`);
  });
  return {
    isLost: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50)); // a read that broke off is told before the loss that broke it
      return lost;
    },
    end: () => {
      over = true;
    },
  };
}

function reportOf({ capabilities }: WebGPUHandle): DeviceReport {
  const { adapter, codecs, float32Only } = capabilities;
  return { kind: 'webgpu', description: adapter.description, codec: codecs.float16, isCpu: adapter.isCpu, why: float32Only ?? null };
}

async function openEmulated(policy: PolicyName, { emulate, why }: DeviceOptions & { readonly why: string }): Promise<RunDevice> {
  const handle = await registerEmulated({ ...emulate, backendName: backendNameOf(policy) });
  const kernels = handle.capabilities.base;
  return {
    backendName: handle.backendName,
    report: { kind: 'emulate', description: `exact emulation on the CPU (${kernels})`, codec: 'emulated', isCpu: true, why },
    bytes: () => {
      const { emulatedBytes, peakEmulatedBytes } = handle.memory();
      return { held: emulatedBytes, peak: peakEmulatedBytes };
    },
    resetPeak: () => handle.resetPeak(),
    isLost: async () => false,
    lose: () => undefined,
    dispose: () => handle.dispose(),
  };
}
