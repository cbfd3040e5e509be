import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { util, Variable } from '@tensorflow/tfjs-core';
import type { HalfPrecision, OpClass } from '@halftone/policy';
import { kernelClass, policy } from '@halftone/policy';
import type { KernelDecision, PrecisionPlugin } from '@halftone/autocast';
import { beginKernel, endKernel, outputStorage } from '@halftone/autocast';
import type { Session } from '../backend/session.ts';
import type { OpMode } from '../binding/op-plan.ts';
import { SHOWS_ITS_INPUT } from '../binding/op-plan.ts';

/**
 * Makes a kernel of tfjs-node follow the policy.
 *
 * autocast decides by the kernel's name; while it runs, the binding casts the inputs of its ops accordingly; then its
 * float outputs are brought to the storage that was decided. A kernel that runs others inside decides for them.
 */
export function decidedKernel(plugin: PrecisionPlugin, session: Session, { kernelName, kernelFunc }: KernelConfig): KernelFunc {
  const { binding } = session;
  const classes: Readonly<Record<HalfPrecision, OpClass>> = {
    float16: kernelClass(policy('mixed_float16'), kernelName).opClass,
    bfloat16: kernelClass(policy('mixed_bfloat16'), kernelName).opClass,
  };
  return (params) => {
    const decision = beginKernel(plugin, kernelName, params.inputs);
    if (decision.nested) return kernelFunc(params);
    const given = tensorsIn(params.inputs);
    const outerMode = binding.mode;
    let outputs: TensorInfo | TensorInfo[] = [];
    try {
      for (const input of given) if (input instanceof Variable) session.convert(input.dataId, 'float32'); // masters are float32
      binding.mode = modeOf(session, decision, classes);
      outputs = kernelFunc(params);
      settle(session, decision, given, [outputs].flat());
      return outputs;
    } finally {
      binding.mode = outerMode;
      endKernel(decision, outputs);
    }
  };
}

/**
 * Where everything is stored in half, the kernel's own class still says how it computes: a sum of half terms in half would break law 3.
 *
 * A product whose result feeds float32 masters (the gradient of a filter) computes in half all the same where an input is
 * half, and is widened after: TensorFlow writes a product in the type of its inputs, as in PyTorch's autocast.
 */
function modeOf(
  session: Session,
  { half, opClass, kernelName, inputs, forced }: KernelDecision,
  classes: Readonly<Record<HalfPrecision, OpClass>>,
): OpMode {
  if (forced && half !== null) return { half, opClass: classes[half] === 'deny' ? 'f32-inner' : classes[half], kernelName };
  if (half !== null || opClass !== 'allow') return { half, opClass, kernelName };
  const stored = inputs.map(({ dataId }) => session.storageOf(dataId)).find((storage) => storage !== 'float32');
  return { half: stored ?? null, opClass, kernelName };
}

/** Brings results to the storage that was decided, except those that are the data of an input. */
function settle(session: Session, decision: KernelDecision, given: readonly TensorInfo[], outputs: readonly TensorInfo[]): void {
  if (decision.half === null && SHOWS_ITS_INPUT.has(decision.kernelName)) return;
  for (const { dataId, dtype, shape } of outputs) {
    if (dtype !== 'float32' || given.some((input) => input.dataId === dataId)) continue;
    session.convert(dataId, outputStorage(decision, util.sizeFromShape(shape)));
  }
}

function tensorsIn(inputs: Parameters<KernelFunc>[0]['inputs']): readonly TensorInfo[] {
  return Object.values(inputs as Readonly<Record<string, TensorInfo | readonly TensorInfo[] | undefined | null>>)
    .flat()
    .filter((info): info is TensorInfo => info !== undefined && info !== null);
}
