import { policy } from '@halftone/policy';
import { installGpuMeter, installTensorflowMeter } from '@halftone/testing/meter';
import { backend, setBackend } from '@tensorflow/tfjs-core';
import { findDevice } from './device.ts';
import { gpuRunMeter, type RunMeter } from './run-meter.ts';
import type { RunSpec } from './run-spec.ts';
import { TensorflowWatch } from './tensorflow-watch.ts';

/** A backend of tfjs that is ready for a run. */
export interface OpenBackend {
  readonly backend: string;
  readonly device: string;
  /** How 16-bit tensors are stored: `f16`, `packed-f16`, `emulated`, or TensorFlow's `half` and `bfloat16`; `f32` where there are none. */
  readonly codec: string;
  /** Counts from before the device was made; absent where there is nothing to count. */
  readonly meter?: RunMeter;
}

/**
 * Makes the backend of a run current: tfjs's own for the stock run, else the plug-in's.
 *
 * The stock run uses tfjs as everybody installs it: `webgpu`, `tensorflow` of tfjs-node, or the plain JavaScript backend
 * `cpu` beside the emulated plug-in, as tfjs's wasm has no gradient of a convolution's filter.
 *
 * Registers backends for the whole process, which is why each run has a process of its own. Waits for the device.
 */
export async function openBackend(spec: Pick<RunSpec, 'kind' | 'plugin' | 'policy' | 'packed'>): Promise<OpenBackend> {
  if (spec.plugin === 'node') return openTensorflow(spec);
  if (spec.plugin === 'emulate') return spec.kind === 'stock' ? openCpu() : openEmulated();
  const { description } = await findDevice(); // both sides ask WebGPU for the same adapter, the fast one
  if (description === undefined)
    throw new Error('[demo] WebGPU must find an adapter, got none. Install a GPU driver, or use --plugin emulate.');
  const meter = gpuRunMeter(installGpuMeter()); // before any device
  return spec.kind === 'stock' ? openStockWebGPU(meter, description) : openHalftone(meter, description, spec);
}

async function openStockWebGPU(meter: RunMeter, device: string): Promise<OpenBackend> {
  await import('@tensorflow/tfjs-backend-webgpu'); // registers itself
  await makeCurrent('webgpu');
  return { backend: 'webgpu', device, codec: 'f32', meter };
}

async function openHalftone(meter: RunMeter, device: string, spec: Pick<RunSpec, 'policy' | 'packed'>): Promise<OpenBackend> {
  const { useWebGPU } = await import('@halftone/webgpu');
  const { backendName, capabilities } = await useWebGPU(spec.packed ? { codec: 'packed-f16' } : {});
  const { compute } = policy(spec.policy);
  return { backend: backendName, device, codec: compute === 'float32' ? 'f32' : capabilities.codecs[compute], meter };
}

/** Both sides run on one TensorFlow and are counted alike, below the plug-in. */
async function openTensorflow({ kind, policy: name }: Pick<RunSpec, 'kind' | 'policy'>): Promise<OpenBackend> {
  await import('@tensorflow/tfjs-node'); // registers itself
  await makeCurrent('tensorflow');
  const meter = new TensorflowWatch(installTensorflowMeter(backend()));
  if (kind === 'stock') return { backend: 'tensorflow', device: 'TensorFlow', codec: 'f32', meter };
  const { useNode } = await import('@halftone/node');
  const { capabilities } = await useNode();
  const { compute } = policy(name);
  return {
    backend: 'halftone-node', // to tfjs it is `tensorflow` on both sides
    device: `TensorFlow ${capabilities.version}`,
    codec: compute === 'float32' ? 'f32' : { float16: 'half', bfloat16: 'bfloat16' }[compute],
    meter,
  };
}

async function openCpu(): Promise<OpenBackend> {
  await import('@tensorflow/tfjs-backend-cpu');
  await makeCurrent('cpu');
  return { backend: 'cpu', device: 'the CPU, plain JavaScript', codec: 'f32' };
}

async function openEmulated(): Promise<OpenBackend> {
  const { useEmulated } = await import('@halftone/emulate');
  const { backendName } = await useEmulated({ base: 'wasm' });
  return { backend: backendName, device: 'the CPU, wasm', codec: 'emulated' };
}

async function makeCurrent(name: string): Promise<void> {
  if (!(await setBackend(name)))
    throw new Error(`[demo] tfjs's backend ${name} must start, got a refusal. Check the GPU driver, or use --plugin emulate.`);
}
