import type { HalfPrecision } from '@halftone/policy';
import type { OpAttribute, TensorMetadata, TfjsBinding } from '../library/tfjs-binding.ts';
import { CastCache } from './cast-cache.ts';
import { dataTypes, isFloat, isHalf } from './data-types.ts';
import type { HandleEntry } from './handle-ledger.ts';
import { HandleLedger } from './handle-ledger.ts';
import { OpCounters } from './op-counters.ts';
import type { LibraryFacts, OpMode } from './op-plan.ts';
import { FLOAT32, planOp, wantsHalf } from './op-plan.ts';

/** What the wrapped binding is told at its making. */
export interface HalfBindingSetup {
  readonly native: TfjsBinding;
  readonly facts: LibraryFacts;
  /** Bytes that casts of handles may take. */
  readonly castCacheBytes: number;
}

/** Marks a wrapped binding, so that nobody wraps it again. */
export const WRAPPED: unique symbol = Symbol.for('halftone/node/binding') as never;

/**
 * tfjs-node's native binding with half handles behind it.
 *
 * Handles of half and bfloat16 tensors stay inside TensorFlow and are reported to tfjs as float32. Before each op its input
 * handles are cast to what the running kernel's mode asks for; a cast to half is kept as long as the handle it was made of, a
 * wide one for that op. Reads give float32. Everything is synchronous, as tfjs-node is.
 */
export class HalfBinding {
  /** What tfjs-node gets in the place of the native binding. */
  readonly face: TfjsBinding;
  readonly native: TfjsBinding;
  readonly ledger: HandleLedger = new HandleLedger();
  readonly cache: CastCache;
  readonly counters: OpCounters = new OpCounters();
  readonly #facts: LibraryFacts;
  /** How ops compute now; whoever runs a kernel sets it and puts it back. */
  mode: OpMode = FLOAT32;
  /** Called before a handle is deleted. */
  onDelete: (id: number) => void = () => undefined;

  constructor({ native, facts, castCacheBytes }: HalfBindingSetup) {
    this.native = native;
    this.#facts = facts;
    this.cache = new CastCache(castCacheBytes, (id) => this.#remove(id));
    this.face = faceOf(this, native);
  }

  createTensor(...given: Parameters<TfjsBinding['createTensor']>): number {
    const id = this.native.createTensor(...given);
    const [shape, dataType] = given;
    this.ledger.book(id, dataType, shape);
    return id;
  }

  deleteTensor(id: number): void {
    this.onDelete(id);
    this.cache.forget(id);
    this.#remove(id);
  }

  /** Half numbers come as float32. Waits for TensorFlow. */
  tensorDataSync(id: number): ReturnType<TfjsBinding['tensorDataSync']> {
    if (!isHalf(this.entry(id).dataType)) return this.native.tensorDataSync(id);
    const wide = this.cast(id, dataTypes.float32);
    try {
      return this.native.tensorDataSync(wide);
    } finally {
      this.#remove(wide);
    }
  }

  executeOp(name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputCount: number): TensorMetadata[] {
    const call = { name, attributes, inputTypes: inputs.map((id) => this.entry(id).dataType) };
    const plan = planOp(call, this.mode, this.#facts);
    this.#count(name, plan.inputTypes, wantsHalf(call, this.mode));
    const temporary: number[] = [];
    try {
      const ids = inputs.map((id, i) => this.as(id, plan.inputTypes[i] as number, temporary));
      return this.native.executeOp(name, [...plan.attributes], ids, outputCount).map((output) => this.report(output));
    } finally {
      for (const id of temporary) this.#remove(id);
      this.counters.casts.evicted += this.cache.trim();
    }
  }

  /** A saved model's signature has its own types: it gets float32 where we hold half. */
  runSavedModel(...[model, inputs, inputNames, outputNames]: Parameters<TfjsBinding['runSavedModel']>): TensorMetadata[] {
    const temporary: number[] = [];
    try {
      const ids = inputs.map((id) => (isHalf(this.entry(id).dataType) ? this.as(id, dataTypes.float32, temporary) : id));
      return this.native.runSavedModel(model, ids, inputNames, outputNames).map((output) => this.report(output));
    } finally {
      for (const id of temporary) this.#remove(id);
    }
  }

  /** Whether the library computes this op in a format on its device, in float32 inside. */
  supports(name: string, format: HalfPrecision): boolean {
    return this.#facts.supports(name, format) && this.#facts.computesInFloat32(name, format);
  }

  /** Runs an op of the plug-in's own as it stands, in the types of its inputs; the caller owns the outputs. */
  run(name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputCount = 1): TensorMetadata[] {
    const outputs = this.native.executeOp(name, [...attributes], [...inputs], outputCount);
    for (const { id, dtype, shape } of outputs) this.ledger.book(id, dtype, shape);
    return outputs;
  }

  /** A new handle with the same numbers in another type, which the caller owns. */
  cast(id: number, dataType: number): number {
    const from = this.entry(id).dataType;
    if (isHalf(dataType)) this.counters.casts.down++;
    else this.counters.casts.up++;
    const { TF_ATTR_TYPE, TF_ATTR_BOOL } = this.native;
    const attributes: OpAttribute[] = [
      { name: 'SrcT', type: TF_ATTR_TYPE, value: from },
      { name: 'DstT', type: TF_ATTR_TYPE, value: dataType },
      { name: 'Truncate', type: TF_ATTR_BOOL, value: false },
    ];
    return (this.run('Cast', attributes, [id])[0] as TensorMetadata).id;
  }

  /** The handle itself, or its numbers in another type: narrow from the cache, which owns them, or pushed to `temporary`. */
  as(id: number, dataType: number, temporary: number[]): number {
    const { dataType: has } = this.entry(id);
    if (has === dataType || !isFloat(has)) return id;
    const known = this.cache.find(id, dataType);
    if (known !== undefined) {
      this.counters.casts.reused++;
      return known;
    }
    const twin = this.cast(id, dataType);
    const isKept = isHalf(dataType) && this.cache.keep(id, dataType, { id: twin, bytes: this.entry(twin).bytes });
    if (!isKept) temporary.push(twin); // a wide twin beside each half activation until the backward pass would take more than float32 alone
    return twin;
  }

  /** What is known of a handle; one that is older than the plug-in is asked for once. */
  entry(id: number): HandleEntry {
    const known = this.ledger.entry(id);
    if (known !== undefined) return known;
    const [same] = this.native.executeOp('Identity', [], [id], 1) as [TensorMetadata];
    this.native.deleteTensor(same.id);
    this.ledger.book(id, same.dtype, same.shape);
    return this.ledger.entry(id) as HandleEntry;
  }

  /** Books an output and tells tfjs that it is float32. */
  report(output: TensorMetadata): TensorMetadata {
    const { id, shape, dtype } = output;
    this.ledger.book(id, dtype, shape);
    return isHalf(dtype) ? { id, shape, dtype: dataTypes.float32 } : output;
  }

  #remove(id: number): void {
    this.native.deleteTensor(id);
    this.ledger.strike(id);
  }

  #count(name: string, types: readonly number[], wanted: boolean): void {
    const floatInputs = types.filter(isFloat).length;
    const halfInputs = types.filter(isHalf).length;
    this.counters.count(name, { half: halfInputs > 0, fallback: wanted && halfInputs === 0 && floatInputs > 0, halfInputs, floatInputs });
  }
}

/**
 * The native binding's exports are neither writable nor enumerable, so they are copied one by one; constants and what is
 * not wrapped stay as they are.
 */
function faceOf(binding: HalfBinding, native: TfjsBinding): TfjsBinding {
  const source = native as unknown as Readonly<Record<string, unknown>>;
  const face: Record<PropertyKey, unknown> = {};
  for (const name of Object.getOwnPropertyNames(native)) face[name] = source[name];
  return Object.assign(face, {
    createTensor: binding.createTensor.bind(binding),
    deleteTensor: binding.deleteTensor.bind(binding),
    tensorDataSync: binding.tensorDataSync.bind(binding),
    executeOp: binding.executeOp.bind(binding),
    runSavedModel: binding.runSavedModel.bind(binding),
    [WRAPPED]: true,
  }) as unknown as TfjsBinding;
}
