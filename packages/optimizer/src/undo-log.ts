import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { dispose, engine, keep, tidy } from '@tensorflow/tfjs-core';
import type { Chooser } from './chooser.ts';

interface Entry {
  readonly variable: Variable;
  /** The value before the first recorded change; shares its data, so nothing is copied. */
  readonly old: Tensor;
  /** The data that the last recorded change left. Anything else in the variable is somebody else's write, which wins. */
  seen: object;
}

/**
 * Remembers what variables held before a step, so that the step can be undone on the device.
 *
 * `record` runs a part of the step and notes each registered variable that it assigned: weights, optimizer slots, and
 * the non-trainable ones that a forward pass writes (moving statistics of batch norm). `settle` then keeps or undoes all
 * of it by a flag that only the device knows. Holding costs one reference for each variable, no copy and no dispatch.
 */
export class UndoLog {
  readonly #entries = new Map<Variable, Entry>();

  /** Whether nothing was assigned. */
  get empty(): boolean {
    return this.#entries.size === 0;
  }

  /** Runs `work`, noting the variables that it assigns. When `work` throws, they get their old values back. */
  record<T>(work: () => T): T {
    const held = holdVariables();
    try {
      const result = work();
      this.#note(held);
      return result;
    } catch (error) {
      for (const [variable, old] of held) {
        if (!variable.isDisposed && variable.dataId !== old.dataId) variable.assign(old);
      }
      dispose([...held.values()]);
      throw error;
    }
  }

  /**
   * Keeps what was recorded where the flag is true and undoes it where not; empties the log.
   *
   * @param settled - when several logs are settled, newest first: which data the newer ones put in place of which
   */
  settle(chooser: Chooser, settled: Map<object, object> = new Map()): void {
    for (const { variable, old, seen } of this.#entries.values()) {
      const expected = settled.get(seen) ?? seen;
      if (variable.isDisposed || variable.dataId !== expected) continue;
      tidy(() => variable.assign(chooser.choose(variable, old)));
      settled.set(old.dataId, variable.dataId);
    }
    this.forget();
  }

  /** Undoes everything that was recorded, whatever the device found. */
  undo(): void {
    for (const { variable, old, seen } of this.#entries.values()) {
      if (!variable.isDisposed && variable.dataId === seen) variable.assign(old);
    }
    this.forget();
  }

  /** Keeps everything that was recorded. */
  forget(): void {
    dispose([...this.#entries.values()].map(({ old }) => old));
    this.#entries.clear();
  }

  #note(held: ReadonlyMap<Variable, Tensor>): void {
    for (const [variable, old] of held) {
      const known = this.#entries.get(variable);
      if (variable.isDisposed || variable.dataId === old.dataId) {
        old.dispose();
      } else if (known !== undefined && known.seen === old.dataId) {
        known.seen = variable.dataId;
        old.dispose();
      } else {
        known?.old.dispose();
        this.#entries.set(variable, { variable, old, seen: variable.dataId });
      }
    }
  }
}

/** One handle to the present value of each variable; strings and complex numbers are no part of training. */
function holdVariables(): Map<Variable, Tensor> {
  const held = new Map<Variable, Tensor>();
  for (const variable of Object.values(engine().registeredVariables)) {
    if (variable.dtype === 'string' || variable.dtype === 'complex64') continue;
    held.set(variable, handleTo(variable));
  }
  return held;
}

/**
 * One more handle to a variable's data, by which a change is known. A clone is not that everywhere: it moves what lies on
 * another backend to the current one, and tfjs's wasm backend copies.
 */
function handleTo(variable: Variable): Tensor {
  const { state, backend } = engine();
  const owner = state.tensorInfo.get(variable.dataId)?.backend ?? backend;
  owner.incRef(variable.dataId);
  return keep(engine().makeTensorFromTensorInfo(variable, owner));
}
