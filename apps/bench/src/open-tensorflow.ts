import { setDefaultPolicy } from '@halftone/autocast';
import { policy } from '@halftone/policy';
import { installTensorflowMeter, type TensorflowMeter } from '@halftone/testing/meter';
import { backend, setBackend, type DataId, type KernelBackend } from '@tensorflow/tfjs-core';
import type { HostClock } from './host-clock.ts';
import type { StepSpec } from './step-spec.ts';

/** TensorFlow in this process, metered below any plug-in. */
export interface MeteredTensorflow {
  readonly description: string;
  /** How 16-bit tensors are stored: TensorFlow's `half` or `bfloat16`; `f32` where there are none. */
  readonly codec: string;
  readonly meter: TensorflowMeter;
  readonly clock: HostClock;
}

const PACKAGE = '@tensorflow/tfjs-node';

/**
 * Makes tfjs-node's backend current, with our plug-in where the spec says so, and everything that counts and times it.
 *
 * To be called once in a process. Loading TensorFlow takes a second.
 *
 * @throws Error in one line that names what is missing, where TensorFlow cannot be loaded
 */
export async function openTensorflow(spec: Pick<StepSpec, 'backend' | 'policy'>): Promise<MeteredTensorflow> {
  const { registerNode, useNode } = await import('@halftone/node');
  try {
    await import('@tensorflow/tfjs-node');
  } catch {
    await registerNode({ package: PACKAGE }); // fails too, and says what is missing
  }
  await setBackend('tensorflow');
  const stock = backend() as KernelBackend & { readonly binding: { readonly TF_Version: string }; readonly isUsingGpuDevice: boolean };
  const description = `TensorFlow ${stock.binding.TF_Version} on the ${stock.isUsingGpuDevice ? 'GPU' : 'CPU'}`;
  const opened = { description, meter: installTensorflowMeter(stock), clock: readClock(stock) };
  if (spec.backend !== 'halftone-node') return { ...opened, codec: 'f32' };
  await useNode({ package: PACKAGE });
  setDefaultPolicy(spec.policy);
  return { ...opened, codec: { float32: 'f32', float16: 'half', bfloat16: 'bfloat16' }[policy(spec.policy).compute] };
}

/** Notes the last read of a step, its loss: up to then it is JavaScript and TensorFlow's front, and on a CPU the computing too. (Gathering reads its indices.) */
function readClock(stock: KernelBackend): HostClock {
  const original = stock.readSync.bind(stock);
  let at: number | undefined;
  stock.readSync = (dataId: DataId) => {
    at = performance.now();
    return original(dataId);
  };
  return { start: () => void (at = undefined), readAt: () => at };
}
