import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dataTypes, isHalf } from '../binding/data-types.ts';
import type { FlatLayouts } from './flat-layout.ts';
import type { FlatTensors } from './flat-tensors.ts';
import type { Host } from './host.ts';
import type { Maths } from './tape-maths.ts';
import { mathsOf } from './tape-maths.ts';
import { Tape } from '../binding/tape.ts';

/** What fused steps share: the backend, and the vectors that small variables lie in. */
export interface StepHost {
  readonly host: Host;
  readonly layouts: FlatLayouts;
  readonly flats: FlatTensors;
}

/** One step on its way: its ops, and the tensors that it made. */
export class StepContext {
  readonly host: Host;
  readonly layouts: FlatLayouts;
  readonly flats: FlatTensors;
  readonly tape: Tape;
  readonly maths: Maths;
  readonly #made: TensorInfo[] = [];

  constructor({ host, layouts, flats }: StepHost) {
    this.host = host;
    this.layouts = layouts;
    this.flats = flats;
    this.tape = new Tape(host.binding);
    this.maths = mathsOf(this.tape);
  }

  /** All or nothing: what was made before an error goes, and what was only in between goes anyway. */
  whole<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      for (const info of this.#made) this.host.drop(info);
      throw error;
    } finally {
      this.tape.close();
    }
  }

  /** The handle of a tensor, which stays its own. */
  handle({ dataId }: TensorInfo): number {
    return this.host.handleOf(dataId);
  }

  /** Lets go of what the cache holds of a tensor in other types. */
  forgetCasts({ dataId }: TensorInfo): void {
    this.host.binding.cache.forget(this.host.entry(dataId).id);
  }

  /** The numbers of a float tensor in float32. */
  wide(tensor: TensorInfo): number {
    const id = this.handle(tensor);
    return isHalf(this.host.binding.entry(id).dataType) ? this.maths.cast(id, dataTypes.float32) : id;
  }

  /** A tensor of tfjs around a result of the tape. */
  own(id: number, shape: readonly number[], dtype: 'float32' | 'bool' = 'float32'): TensorInfo {
    return this.note([this.host.own(this.tape.take(id), shape, dtype)])[0] as TensorInfo;
  }

  /** Tensors of tfjs that the step made: an error takes them back. */
  note(made: readonly TensorInfo[]): readonly TensorInfo[] {
    this.#made.push(...made);
    return made;
  }

  /** Handles of any shape one behind the other in a vector. */
  joined(ids: readonly number[], shapes: readonly (readonly number[])[]): number {
    const { tape, maths } = this;
    const vectors = ids.map((id, index) => (shapes[index]?.length === 1 ? id : maths.reshape(id, [-1])));
    const attributes = [tape.type('T', dataTypes.float32), tape.whole('N', ids.length), tape.type('Tidx', dataTypes.int32)];
    return tape.op('ConcatV2', [...vectors, tape.int(0)], attributes);
  }
}
