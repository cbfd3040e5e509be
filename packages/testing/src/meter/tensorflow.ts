import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import { floatTypes, type HandleFacts, type MeteredBackend, type MeteredBinding } from './tensorflow-binding.ts';
import { TensorflowBooks } from './tensorflow-books.ts';
import type { TensorflowReport } from './tensorflow-report.ts';

/** A running meter of TensorFlow behind tfjs-node. */
export interface TensorflowMeter {
  /** Starts a new span: counters to zero, the peak to what is live now. */
  reset(): void;
  /** Hands out the counters of the span so far. */
  report(): TensorflowReport;
  /** Runs `work` as one span and hands out its value with the span's report. */
  measure<T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly report: TensorflowReport }>;
  /** From now on casts of these tensors are told apart. A variable that was assigned has another handle: name it again. */
  watch(tensors: readonly Tensor[]): void;
  /** The type of each tensor inside TensorFlow, asked of TensorFlow itself: `float32`, `float16`, `bfloat16`, or its number. Not counted. */
  dataTypes(tensors: readonly Tensor[]): string[];
  /** Live handles, by TensorFlow's own count. */
  handles(): number;
  /** Counts nothing any more, and takes itself out where nothing was put upon it. */
  uninstall(): void;
}

/** How the Node plug-in marks a binding that it has wrapped. */
const PLUGIN = Symbol.for('halftone/node/binding');

/**
 * Counts what a program asks of TensorFlow through tfjs-node, with or without a plug-in: ops, casts, reads, bytes of handles, and the types that the handles really have.
 *
 * It stands between tfjs-node and its native binding, below any plug-in, so that it sees what TensorFlow sees. Nothing is
 * timed. The bytes of a handle are those of its shape and type; one that only shows another counts again, and what
 * an op allocates inside is TensorFlow's secret.
 *
 * @param backend - tfjs-node's; a plug-in must come after the meter
 * @throws Error for a backend that is not tfjs-node's, or that a plug-in has wrapped
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-node';
 * import { installTensorflowMeter } from '@halftone/testing/meter';
 *
 * const meter = installTensorflowMeter(tf.backend());
 * (await meter.measure(() => undefined)).report.ops; // 0
 */
export function installTensorflowMeter(backend: KernelBackend): TensorflowMeter {
  const metered = checked(backend);
  const native = metered.binding;
  const books = new TensorflowBooks();
  let isCounting = true;
  const face = faceOf(native, books, () => isCounting);
  metered.binding = face;
  const entryOf = ({ dataId }: Tensor): ReturnType<MeteredBackend['tensorMap']['get']> => metered.tensorMap.get(dataId);
  const meter: TensorflowMeter = {
    reset: () => books.reset(),
    report: () => books.report(),
    async measure(work) {
      books.reset();
      const value = await work();
      return { value, report: books.report() };
    },
    watch: (tensors) => books.watch(tensors.map(entryOf)),
    dataTypes: (tensors) =>
      tensors.map((tensor) => {
        const entry = entryOf(tensor);
        const isUploaded = entry.values === null; // looked at first, as tfjs-node does: a handle may be made only then
        const type = isUploaded ? factsOf(native, entry.id).dtype : entry.dtype;
        return type in floatTypes ? floatTypes[type as keyof typeof floatTypes] : String(type);
      }),
    handles: () => native.getNumOfTensors(),
    uninstall() {
      isCounting = false;
      if (metered.binding === face) metered.binding = native;
    },
  };
  return meter;
}

function checked(backend: KernelBackend): MeteredBackend {
  const metered = backend as unknown as Partial<MeteredBackend>;
  if (typeof metered.binding?.executeOp !== 'function' || metered.tensorMap === undefined)
    throw new Error(
      `[testing] backend must be that of tfjs-node, got ${backend.constructor.name}. Import @tensorflow/tfjs-node and pass tf.backend().`,
    );
  if (PLUGIN in metered.binding)
    throw new Error('[testing] the meter must lie below the plug-in, got a backend with one. Install the meter before registerNode().');
  return metered as MeteredBackend;
}

/** The native binding's exports are neither writable nor enumerable, so they are copied one by one. */
function faceOf(native: MeteredBinding, books: TensorflowBooks, isCounting: () => boolean): MeteredBinding {
  const source = native as unknown as Readonly<Record<string, unknown>>;
  const face: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(native)) face[name] = source[name];
  const wrapped: Omit<MeteredBinding, 'getNumOfTensors'> = {
    createTensor(shape, dtype, values) {
      const id = native.createTensor(shape, dtype, values);
      if (isCounting()) books.upload({ id, dtype, shape });
      return id;
    },
    deleteTensor(id) {
      native.deleteTensor(id);
      if (isCounting()) books.strike(id);
    },
    tensorDataSync(id) {
      const values = native.tensorDataSync(id);
      if (isCounting()) books.readback(values.byteLength ?? 0);
      return values;
    },
    executeOp(name, attributes, inputs, count) {
      if (isCounting()) for (const id of inputs) if (!books.knows(id)) books.book(factsOf(native, id)); // older than the meter
      const outputs = native.executeOp(name, attributes, inputs, count);
      if (isCounting()) books.op(name, inputs, outputs);
      return outputs;
    },
    runSavedModel(model, inputs, inputNames, outputNames) {
      const outputs = native.runSavedModel(model, inputs, inputNames, outputNames);
      if (isCounting()) for (const output of outputs) books.book(output);
      return outputs;
    },
  };
  return Object.assign(face, wrapped) as unknown as MeteredBinding;
}

/** TensorFlow tells of a handle only as it makes it, so it makes another one of the same tensor. */
function factsOf(native: MeteredBinding, id: number): HandleFacts {
  const [same] = native.executeOp('Identity', [], [id], 1);
  if (same === undefined)
    throw new Error(`[testing] Identity must give one handle, got none for ${id}. Install @tensorflow/tfjs-node@4.22.`);
  native.deleteTensor(same.id);
  return { ...same, id };
}
