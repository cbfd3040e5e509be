import type { BackendTimingInfo, BackendValues, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, KernelBackend, util } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import { decode } from '@halftone/float16';
import type { Base } from './base/open-base.ts';
import { ByteLedger, type TensorBytes } from './byte-ledger.ts';
import type { Narrowing } from './narrowing.ts';

type BaseMemory = ReturnType<KernelBackend['memory']>;

/** What the backend is told at its making. */
export interface BackendSetup {
  readonly backendName: string;
  readonly base: Base;
  readonly narrowing: Narrowing;
  /** Holds complex numbers, which wasm has no place for; `null` where the base has. */
  readonly complexStore: KernelBackend | null;
}

// Marks belong to the data, not to a plug-in: two plug-ins on one base see the same ones.
const marks = new WeakMap<object, Exclude<Storage, 'float32'>>();

/**
 * A tfjs backend that keeps its data in a stock backend and remembers what of it is half.
 *
 * Numbers marked half lie in float32 memory and have half values. Kernels do not belong here: see `kernels/register.ts`.
 */
export class EmulatedBackend extends KernelBackend {
  readonly setup: BackendSetup;
  readonly ledger: ByteLedger = new ByteLedger();
  /** One-element handles that came from the host, so that the host knows their number. */
  readonly hostScalars: WeakSet<object> = new WeakSet();
  closed = false;

  constructor(setup: BackendSetup) {
    super();
    this.setup = setup;
  }

  /** Who holds this data. */
  holderOf(dataId: object): KernelBackend {
    const { base, complexStore } = this.setup;
    return complexStore !== null && complexStore.refCount(dataId) > 0 ? complexStore : base.backend;
  }

  has(dataId: object): boolean {
    return this.holderOf(dataId).refCount(dataId) > 0;
  }

  storageOf(dataId: object): Storage {
    const mark = marks.get(dataId);
    return mark !== undefined && !this.setup.base.isGone() && this.has(dataId) ? mark : 'float32';
  }

  /** Books a new float, integer or bool tensor, half or not. */
  book({ dataId, shape, dtype }: TensorInfo, storage: Storage): void {
    if (dtype === 'string') return;
    const size = util.sizeFromShape(shape);
    const physical = size * util.bytesPerElement(dtype);
    if (storage === 'float32') marks.delete(dataId);
    else marks.set(dataId, storage);
    this.ledger.book(dataId, physical, storage === 'float32' ? physical : 2 * size);
  }

  /** Rounds a fresh result and marks it. */
  narrow(info: TensorInfo, storage: Exclude<Storage, 'float32'>, origin: string): void {
    this.setup.narrowing.inPlace(info, storage, origin);
    this.book(info, storage);
  }

  toStorage(input: TensorInfo, storage: Storage): TensorInfo {
    this.check();
    this.bringIn([input]);
    const { base, narrowing } = this.setup;
    const values = base.data.floats(input);
    const converted = storage === 'float32' ? values.slice() : narrowing.copy(values, storage, 'toStorage');
    const output = { dataId: base.backend.write(converted, input.shape, 'float32'), shape: input.shape, dtype: 'float32' as const };
    this.book(output, storage);
    return output;
  }

  fromBits(bits: Uint16Array, shape: readonly number[], format: Exclude<Storage, 'float32'>): TensorInfo {
    this.check();
    const dataId = this.setup.base.backend.write(decode(bits, format), [...shape], 'float32');
    const output = { dataId, shape: [...shape], dtype: 'float32' as const };
    this.book(output, format);
    return output;
  }

  widen(dataId: object): void {
    if (!marks.delete(dataId)) return;
    const entry = this.ledger.entries.get(dataId);
    if (entry !== undefined) this.ledger.book(dataId, entry.physical, entry.physical);
  }

  hostScalar(dataId: object): number | undefined {
    if (!this.hostScalars.has(dataId) || !this.has(dataId)) return undefined;
    const value = this.holderOf(dataId).readSync(dataId)[0];
    return typeof value === 'number' ? value : undefined;
  }

  /** Moves tensors of other backends here, as tfjs does for a kernel that meets one. */
  bringIn(inputs: readonly TensorInfo[]): void {
    for (const { dataId } of inputs) if (!this.has(dataId)) engine().moveData(this, dataId);
  }

  /** Throws when the plug-in, or the base under it, is no more. */
  check(): void {
    const { backendName, base } = this.setup;
    if (this.closed) {
      throw new Error(
        `[emulate] the plug-in was disposed, got a use of a tensor on '${backendName}'. Read tensors before dispose(), or register again and make them anew.`,
      );
    }
    if (base.isGone()) {
      throw new Error(
        `[emulate] tfjs's ${base.name} backend was removed while '${backendName}' runs on it. Call dispose() on the handle before tf.removeBackend('${base.name}').`,
      );
    }
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    this.check();
    const dataId = this.setup.base.backend.write(values, shape, dtype);
    this.arrived({ dataId, shape, dtype }, values);
    return dataId;
  }

  override move(dataId: object, values: BackendValues, shape: number[], dtype: DataType, refCount: number): void {
    this.check();
    if (dtype === 'complex64') {
      throw new Error(
        `[emulate] a complex64 tensor cannot move to '${this.setup.backendName}', got shape [${shape.join(', ')}]. Move tf.real(x) and tf.imag(x), and join them with tf.complex().`,
      );
    }
    this.setup.base.backend.move(dataId, values, shape, dtype, refCount);
    this.arrived({ dataId, shape, dtype }, values);
  }

  arrived(info: TensorInfo, values: BackendValues): void {
    this.book(info, 'float32');
    if (values?.length === 1) this.hostScalars.add(info.dataId);
  }

  override async read(dataId: object): Promise<BackendValues> {
    this.check();
    return this.holderOf(dataId).read(dataId);
  }

  override readSync(dataId: object): BackendValues {
    this.check();
    return this.holderOf(dataId).readSync(dataId);
  }

  override disposeData(dataId: object, force?: boolean): boolean {
    if (this.setup.base.isGone()) return true;
    const released = this.holderOf(dataId).disposeData(dataId, force);
    if (released) {
      this.ledger.strike(dataId);
      marks.delete(dataId);
    }
    return released;
  }

  override refCount(dataId: object): number {
    return this.setup.base.isGone() ? 0 : this.holderOf(dataId).refCount(dataId);
  }

  override incRef(dataId: object): void {
    this.check();
    this.holderOf(dataId).incRef(dataId);
  }

  override numDataIds(): number {
    const { base, complexStore } = this.setup;
    return base.backend.numDataIds() + (complexStore?.numDataIds() ?? 0);
  }

  override async time(f: () => void): Promise<BackendTimingInfo> {
    return this.setup.base.backend.time(f);
  }

  override memory(): BaseMemory & TensorBytes {
    return { ...this.setup.base.backend.memory(), ...this.ledger.bytes() };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override dispose(): void {
    this.closed = true;
  }
}
