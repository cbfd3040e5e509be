/** Numbers on the host with their shape. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Inputs and targets of one step, on the host. */
export interface HostBatch {
  readonly inputs: HostArray;
  /** Classes as whole numbers, or a mask. */
  readonly targets: HostArray;
}

/** What a model has to fit. */
export type TaskShape =
  | { readonly model: 'cnn'; readonly side: number; readonly channels: number; readonly classes: number }
  | { readonly model: 'unet'; readonly side: number }
  | { readonly model: 'transformer'; readonly tokens: number; readonly vocabulary: number };

/** Examples to learn from and to be judged by. Each step has the same examples in every run and after every reload. */
export interface Task {
  readonly shape: TaskShape;
  /** Where they come from, in words. */
  readonly source: string;
  /**
   * The examples of a step.
   *
   * @param step - from 1
   */
  batch(step: number): HostBatch;
  /** Examples that no step has. */
  heldOut(): readonly HostBatch[];
}

/** What decides the examples of a step. */
export interface TaskOptions {
  readonly batch: number;
  readonly seed: number;
}
