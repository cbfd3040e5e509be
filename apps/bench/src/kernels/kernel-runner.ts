import { dispose, ones, slice, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { backendInfo } from '../backends.ts';
import { seeded } from '../models/seeded.ts';
import type { MeteredGpu } from '../device.ts';
import { openGpu } from '../device.ts';
import { openTensorflow, type MeteredTensorflow } from '../open-tensorflow.ts';
import { openTfjs } from '../open-tfjs.ts';
import { kernelCases, type KernelCase } from './kernel-case.ts';
import type { KernelResult } from './kernel-result.ts';
import type { KernelSpec } from './kernel-spec.ts';

interface OpenKernel {
  readonly run: (x: Tensor) => Tensor;
  x: Tensor;
}

const CHAIN = 8; // runs of one sample: their one readback is shared
const state: { gpu?: MeteredGpu; tensorflow?: MeteredTensorflow; cases: readonly KernelCase[]; open: Map<number, OpenKernel> } = {
  cases: [],
  open: new Map(),
};

/** Opens a backend for kernels; once in a process. Waits for the device. */
export async function openKernels(spec: KernelSpec): Promise<string> {
  if (backendInfo(spec.backend).meter === 'tensorflow') state.tensorflow = await openTensorflow(spec);
  else {
    state.gpu = await openGpu({ countOnly: false });
    await openTfjs(spec);
  }
  state.cases = spec.cases.map((name) => {
    const found = kernelCases({ large: true }).find((known) => known.name === name);
    if (found === undefined) throw new RangeError(`[bench] there is no kernel case of that name, got ${name}. Run bench kernels --help.`);
    return found;
  });
  return state.gpu?.description ?? state.tensorflow?.description ?? '';
}

/**
 * Times one sample of a case: a chain of runs, each on the output of the last, and one number read at the end.
 *
 * The first call warms up and counts.
 */
export async function timeKernel(index: number): Promise<KernelResult> {
  const { gpu, tensorflow } = state;
  const found = state.cases[index];
  if ((gpu ?? tensorflow) === undefined || found === undefined)
    throw new RangeError(`[bench] kernels must be opened before one is timed, got index ${index}. Open them.`);
  const known = state.open.get(index) ?? (await open(found));
  state.open.set(index, known);
  const counted = await countOne(() => chain(known, 1));
  const begin = performance.now();
  await chain(known, CHAIN);
  const ms = (performance.now() - begin) / CHAIN;
  gpu?.check();
  return { ms: [ms], ...counted };
}

/** What one run asks of the GPU, or of TensorFlow: ops then, and the bytes that go in and out of them. */
async function countOne(work: () => Promise<void>): Promise<Pick<KernelResult, 'dispatches' | 'storageBytesBound'>> {
  if (state.tensorflow !== undefined) {
    const { report } = await state.tensorflow.meter.measure(work);
    return { dispatches: report.ops, storageBytesBound: report.operandBytes };
  }
  const counted = await state.gpu?.meter.measure(work);
  return { dispatches: counted?.report.dispatches ?? 0, storageBytesBound: counted?.report.storageBytesBound ?? 0 };
}

async function open(found: KernelCase): Promise<OpenKernel> {
  const shape = [...found.shape];
  const x = found.group === 'optimizer' ? ones(shape) : tensor(seeded(8).normals(shape.reduce((a, b) => a * b, 1)), shape);
  const opened = { run: found.open(), x };
  for (let i = 0; i < 3; i += 1) await chain(opened, 2);
  return opened;
}

async function chain(kernel: OpenKernel, runs: number): Promise<void> {
  for (let i = 0; i < runs; i += 1) {
    const next = tidy(() => kernel.run(kernel.x));
    kernel.x.dispose();
    kernel.x = next;
  }
  const probe = slice(
    kernel.x,
    kernel.x.shape.map(() => 0),
    kernel.x.shape.map(() => 1),
  );
  await probe.data();
  dispose(probe);
}
