import type { DataId, DataType, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { bindingConstants, bindingFunctions } from './tfjs-binding.ts';
import type { OpAttribute, TensorMetadata, TensorValues, TfjsBinding } from './tfjs-binding.ts';

/** What tfjs-node keeps of a tensor. Values wait here until an op first needs them; then `id` names their handle. */
export interface TensorEntry {
  readonly shape: number[];
  readonly dtype: number;
  values: TensorValues | null;
  /** -1 while the values wait. */
  id: number;
  refCount: number;
}

/** What we use of tfjs's `DataStorage`, by which tfjs-node finds a tensor's data. */
export interface TensorMap {
  get(dataId: DataId): TensorEntry;
  has(dataId: DataId): boolean;
  set(dataId: DataId, data: TensorEntry): void;
  delete(dataId: DataId): boolean;
  numDataIds(): number;
}

/**
 * The backend of tfjs-node 4.22 by the members that we use: `binding` and those below it are public, `tensorMap`,
 * `getInputTensorIds` and `createOutputTensor` are private in TypeScript's sense only.
 *
 * Source: `src/nodejs_kernel_backend.ts` of the npm package @tensorflow/tfjs-node 4.22.0; the same file is in tfjs-node-gpu.
 */
export interface NodeBackend extends KernelBackend {
  binding: TfjsBinding;
  /** The package's name ends with `-gpu`. */
  readonly isGPUPackage: boolean;
  /** TensorFlow lists a GPU. */
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: TensorMap;
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
  executeSingleInput(name: string, input: TensorInfo): Tensor;
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): Tensor;
  executeMultipleOutputs(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[], outputCount: number): Tensor[];
  getDTypeInteger(dtype: DataType): number;
}

const METHODS = [
  'getInputTensorIds',
  'createOutputTensor',
  'executeSingleInput',
  'executeSingleOutput',
  'executeMultipleOutputs',
  'getDTypeInteger',
  'disposeData',
  'readSync',
  'move',
  'write',
  'incRef',
] as const satisfies readonly (keyof NodeBackend)[];
const MAP_METHODS = ['get', 'has', 'set', 'delete', 'numDataIds'] as const satisfies readonly (keyof TensorMap)[];

/** Whether it looks like tfjs-node's backend at all: it holds a native binding. */
export function isNodeBackend(backend: unknown): backend is NodeBackend {
  return typeof memberOf(memberOf(backend, 'binding'), 'executeOp') === 'function';
}

/**
 * Names the members that we use and that this backend lacks. None in tfjs-node 4.22.
 *
 * Pure; allocates the list.
 */
export function missingMembers(backend: unknown): readonly string[] {
  const binding = memberOf(backend, 'binding');
  const map = memberOf(backend, 'tensorMap');
  const lacksFunction = (owner: unknown, name: string): boolean => typeof memberOf(owner, name) !== 'function';
  return [
    ...METHODS.filter((name) => lacksFunction(backend, name)),
    ...MAP_METHODS.filter((name) => lacksFunction(map, name)).map((name) => `tensorMap.${name}`),
    ...bindingFunctions.filter((name) => lacksFunction(binding, name)).map((name) => `binding.${name}`),
    ...bindingConstants.filter((name) => memberOf(binding, name) === undefined).map((name) => `binding.${name}`),
  ];
}

function memberOf(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}
