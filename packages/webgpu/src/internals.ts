import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BackendValues } from '@tensorflow/tfjs-core';
import type { HalfTensorData } from './storage-data.ts';

/** A program as tfjs's WebGPU kernels hand it to the backend; its class is private to tfjs. */
export type Program = Parameters<WebGPUBackend['runWebGPUProgram']>[0];

/** The members of tfjs's WebGPU backend that TypeScript calls private and that we read. Only this file knows them. */
export interface BackendInternals {
  readonly tensorMap: {
    get(dataId: object): HalfTensorData;
    set(dataId: object, data: HalfTensorData): void;
    has(dataId: object): boolean;
    delete(dataId: object): boolean;
  };
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly pipelineCache: Record<string, unknown>;
  commandEncoder: GPUCommandEncoder | null;
  convertAndCacheOnCPU(dataId: object, values: BackendValues): BackendValues;
  releaseResource(dataId: object): void;
  /** Dispatches a compiled program; replaced while programs are only to be compiled. */
  recordAndSubmit: unknown;
}

/** The private members of tfjs's buffer pool. */
export interface PoolInternals {
  readonly freeBuffers: Map<string, GPUBuffer[]>;
  readonly usedBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
}

/** tfjs's backend with its private members visible. */
export function internalsOf(backend: WebGPUBackend): BackendInternals {
  return backend as unknown as BackendInternals;
}

/** tfjs's buffer pool with its private members visible. */
export function poolOf(backend: WebGPUBackend): PoolInternals {
  return backend.bufferManager as unknown as PoolInternals;
}

const METHODS = [
  'convertAndCacheOnCPU',
  'releaseResource',
  'recordAndSubmit',
  'runWebGPUProgram',
  'uploadToGPU',
  'getBufferData',
  'submitQueue',
  'disposeData',
  'makeTensorInfo',
];
const FIELDS = ['tensorMap', 'commandQueueOwnedIds', 'pipelineCache', 'commandEncoder', 'bufferManager'];

/** Names of the members we rely on that this version of tfjs does not have; empty when all is well. */
export function missingInternals(backend: WebGPUBackend): string[] {
  const object = backend as unknown as Record<string, unknown>;
  const pool = backend.bufferManager as unknown as Record<string, unknown> | undefined;
  return [
    ...METHODS.filter((name) => typeof object[name] !== 'function'),
    ...FIELDS.filter((name) => !(name in object)),
    ...['freeBuffers', 'usedBuffers'].filter((name) => !(pool?.[name] instanceof Map)).map((name) => `bufferManager.${name}`),
  ];
}
