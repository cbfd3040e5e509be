import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { util, Variable } from '@tensorflow/tfjs-core';
import type { OpClass } from '@halftone/policy';
import type { Choice, Operand } from './decide.ts';
import { decide, TINY_SIZE } from './decide.ts';
import type { PrecisionPlugin, Storage } from './plugin.ts';
import { currentPolicy } from './scope.ts';
import { state } from './state.ts';

/** The decision for one kernel that is running; `nested` ones follow the kernel that called them. */
export interface KernelDecision extends Choice {
  readonly kernelName: string;
  readonly plugin: PrecisionPlugin;
  readonly inputs: readonly TensorInfo[];
  readonly nested: boolean;
  /** Whether it casts a boolean. */
  readonly fromBoolean: boolean;
  /** Whether every float input is a parameter. */
  readonly fromParameters: boolean;
}

/** One line of `explain`. */
export interface KernelRecord {
  readonly kernelName: string;
  readonly opClass: OpClass;
  readonly storageIn: readonly Storage[];
  readonly storageOut: readonly Storage[];
  readonly why: string;
}

/**
 * Decides for the kernel that the engine is about to run. For plug-ins; call `endKernel` afterwards, also when it throws.
 *
 * A kernel that runs inside another (a plug-in's composite) gets the decision of the outer one.
 * Synchronous, never waits for the GPU.
 *
 * @param plugin - the plug-in that runs it
 * @param kernelName - tfjs's name of the kernel
 * @param inputs - as the engine hands them to the kernel
 * @returns the decision, to be passed to `outputStorage` and `endKernel`
 *
 * @example
 * // const decision = beginKernel(plugin, 'Relu', inputs);
 * // try { … outputStorage(decision, size) … } finally { endKernel(decision, outputs); }
 */
export function beginKernel(plugin: PrecisionPlugin, kernelName: string, inputs: NamedTensorInfoMap): KernelDecision {
  const shared = state();
  if (shared.running !== null) return { ...shared.running, nested: true };
  const infos = floatInputs(inputs);
  const policy = currentPolicy();
  const operands =
    policy === null || policy.compute === 'float32' || policy.param !== 'float32' ? [] : infos.map((info) => operandOf(plugin, info));
  const decision: KernelDecision = {
    ...decide(policy, kernelName, operands),
    kernelName,
    plugin,
    inputs: infos,
    nested: false,
    fromBoolean: kernelName === 'Cast' && inputs['x']?.dtype === 'bool',
    fromParameters: operands.length > 0 && operands.every((operand) => operand.variable),
  };
  shared.running = decision;
  return decision;
}

/**
 * The storage of one float output of the running kernel.
 *
 * @param decision - from `beginKernel`
 * @param size - number of elements; fewer than 256 stay float32 unless everything is forced into half
 *
 * @example
 * // outputStorage(decision, 4096); // 'float16'
 */
export function outputStorage(decision: KernelDecision, size: number): Storage {
  if (decision.half === null) return 'float32';
  return decision.forced || size >= TINY_SIZE ? decision.half : 'float32';
}

/**
 * Closes what `beginKernel` opened and records it for `explain`.
 *
 * @param decision - from `beginKernel`
 * @param outputs - what the kernel returned; empty when it threw
 *
 * @example
 * // endKernel(decision, outputs);
 */
export function endKernel(decision: KernelDecision, outputs: TensorInfo | readonly TensorInfo[]): void {
  if (decision.nested) return;
  const shared = state();
  shared.running = null;
  const list = Array.isArray(outputs) ? (outputs as readonly TensorInfo[]) : [outputs as TensorInfo];
  const floats = list.filter((output) => output.dtype === 'float32');
  if (decision.fromParameters && decision.opClass === 'pass') {
    for (const { dataId } of floats) shared.parameters.add(dataId);
  }
  if (decision.fromBoolean) for (const { dataId } of floats) shared.masks.add(dataId);
  for (const { dataId } of floats) {
    const storage = decision.plugin.storageOf(dataId);
    if (storage !== 'float32') shared.halves.set(dataId, storage);
  }
  const record = shared.recordings[shared.recordings.length - 1];
  if (record === undefined) return;
  const storages = (infos: readonly TensorInfo[]): Storage[] => infos.map(({ dataId }) => decision.plugin.storageOf(dataId));
  const { kernelName, opClass, why } = decision;
  record.push({ kernelName, opClass, storageIn: storages(decision.inputs), storageOut: storages(floats), why });
}

function floatInputs(inputs: NamedTensorInfoMap): TensorInfo[] {
  const floats: TensorInfo[] = [];
  const add = (info: TensorInfo | undefined | null): void => {
    if (info?.dtype === 'float32') floats.push(info);
  };
  for (const name in inputs) {
    const input: TensorInfo | TensorInfo[] | undefined = inputs[name];
    if (Array.isArray(input)) input.forEach(add);
    else add(input);
  }
  return floats;
}

function operandOf(plugin: PrecisionPlugin, info: TensorInfo): Operand {
  const { parameters, masks } = state();
  if (info instanceof Variable) {
    parameters.add(info.dataId);
    if (plugin.storageOf(info.dataId) !== 'float32') restoreMaster(plugin, info);
  }
  const size = util.sizeFromShape(info.shape);
  return {
    storage: plugin.storageOf(info.dataId),
    size,
    rank: info.shape.length,
    variable: parameters.has(info.dataId),
    mask: masks.has(info.dataId),
    value: size === 1 ? scalarIn(plugin, info.dataId) : undefined,
  };
}

/** The same answer for one handle every time, so that a constant is decided on alike in every frame. */
function scalarIn(plugin: PrecisionPlugin, dataId: object): number | undefined {
  const { scalars } = state();
  const known = scalars.get(dataId);
  if (known !== undefined) return known;
  const value = plugin.hostScalar?.(dataId);
  if (value !== undefined) scalars.set(dataId, value);
  return value;
}

const warned = new WeakSet<Variable>();

/** A variable that was assigned half numbers becomes float32 again, and the user learns of it: masters are float32. */
function restoreMaster(plugin: PrecisionPlugin, variable: Variable): void {
  plugin.widen(variable.dataId);
  if (warned.has(variable)) return;
  warned.add(variable);
  console.warn(
    `[autocast] the variable '${variable.name}' was assigned numbers rounded to 16 bits, got a half tensor in assign(). ` +
      'Compute what you assign inside fullPrecision(), or wrap the optimizer with mixedPrecisionOptimizer().',
  );
}
