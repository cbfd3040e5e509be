import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import type { HalfTensorData } from '../storage-data.ts';
import type { PlanDevice } from './plan/build-plan.ts';
import type { RunDevice } from './plan/run-plan.ts';

/** What the recorder needs of the backend that it works for. */
export interface RecorderHost extends PlanDevice, RunDevice {
  dataOf(dataId: object): HalfTensorData;
  /** A handle without a buffer; `storage` undefined: what the running kernel's decision says. */
  allocate(shape: readonly number[], dtype: DataType, storage: Storage | undefined): TensorInfo;
  /** Throws if so many bytes cannot be had beside what is in use; may run what waits to have them. */
  expect(bytes: number, what: () => string): void;
  /** Gives data that is on the host a buffer. */
  upload(dataId: object): void;
  submit(): void;
  /** Gives pooled buffers back to the device. */
  trim(): void;
  /** Counts a run; pooled buffers that were not used for more than `runs` of them may go. */
  age(runs: number): void;
}

/** How what waits is run. */
export interface FlushOptions {
  /** `false`: the commands wait in the encoder for a submit that the caller is about to make. */
  readonly submit?: boolean;
  /** Whether results run too that nobody refers to or reads any more: for timing. */
  readonly unread?: boolean;
}
