import '@tensorflow/tfjs-backend-cpu';
import { describe } from 'vitest';
import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import { installGpuMeter } from '@halftone/testing/meter';
import { describeOptimizer, type OptimizerSuiteOptions, type RegisteredBackend } from '@halftone/testing/optimizer-suite';
import { registerWebGPU } from '@halftone/webgpu';
import { shared } from '../shared.ts';

type Metered = Pick<OptimizerSuiteOptions, 'register' | 'readbacks'>;

const vulkan = await requireOrSkip('vulkan');

/** Counts readbacks at the device itself. */
function metered(register: () => Promise<RegisteredBackend>): Metered {
  let meter: ReturnType<typeof installGpuMeter>;
  return {
    register: async () => {
      await dawn();
      meter = installGpuMeter();
      const backend = await register();
      return {
        ...backend,
        dispose: () => {
          backend.dispose();
          meter.uninstall();
        },
      };
    },
    readbacks: async (work) => (await meter.measure(work)).report.readbacks,
  };
}

const stock = async (): Promise<RegisteredBackend> => {
  await import('@tensorflow/tfjs-backend-webgpu');
  return { backendName: 'webgpu', dispose: () => undefined };
};

describe.skipIf(!vulkan.available)('on a device', () => {
  describeOptimizer({ ...shared, name: 'webgpu', ...metered(() => registerWebGPU()), policy: 'mixed_float16' });
  const others = { ...shared, rooms: ['half'] } as const; // what a codec can change: the numbers of halves
  describeOptimizer({ ...others, name: 'webgpu', ...metered(() => registerWebGPU()), policy: 'mixed_bfloat16' });
  const packed = metered(() => registerWebGPU({ codec: 'packed-f16' }));
  describeOptimizer({ ...others, name: 'webgpu packed', ...packed, policy: 'mixed_float16' });
  describeOptimizer({ ...shared, name: 'stock webgpu', ...metered(stock), policy: 'float32' });
});
