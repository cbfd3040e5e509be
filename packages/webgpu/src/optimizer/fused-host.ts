import type { Recorder } from '../graph/record.ts';

/** What a fused step needs of the backend: a place for its kernels, and a way to let go of what is only in between. */
export interface FusedHost extends Recorder {
  disposeData(dataId: object): unknown;
}
