import type { Variable } from '@tensorflow/tfjs-core';
import { tensor, tidy } from '@tensorflow/tfjs-core';

/** One variable on the host. */
export interface SnapshotEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: Variable['dtype'];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** Variables as they were at one moment, on the host: no device can lose them. */
export type Snapshot = readonly SnapshotEntry[];

/**
 * Copies variables to the host. Waits for the GPU.
 *
 * A lost device takes its buffers along. A copy now and then bounds what is lost to the steps since; take it of the
 * optimizer's slots too (`Object.values(tf.engine().registeredVariables)`) to go on exactly.
 * All copies are of one moment, also when steps run while it waits: handles are taken before the first read.
 *
 * @param variables - to copy; strings and complex numbers are refused
 * @returns plain data in the order given
 * @throws TypeError for a dtype that training does not have, or if the device was lost already
 *
 * @example
 * const weight = tf.variable(tf.tensor1d([1, 2]));
 * const saved = await snapshot([weight]);
 * weight.assign(tf.tensor1d([0, 0]));
 * restoreSnapshot([weight], saved);
 * weight.dataSync(); // Float32Array [1, 2]
 */
export async function snapshot(variables: readonly Variable[]): Promise<Snapshot> {
  for (const { name, dtype } of variables) {
    if (dtype === 'string' || dtype === 'complex64') {
      throw new TypeError(`[optimizer] a snapshot holds numbers and booleans, got ${dtype} in '${name}'. Leave it out.`);
    }
  }
  const handles = variables.map((variable) => ({ name: variable.name, handle: variable.clone() }));
  try {
    return await Promise.all(
      handles.map(async ({ name, handle }) => ({
        name,
        shape: [...handle.shape],
        dtype: handle.dtype,
        values: (await handle.data()).slice(),
      })),
    );
  } finally {
    for (const { handle } of handles) handle.dispose();
  }
}

/**
 * Puts a snapshot back, on whatever backend is current now. Uploads; does not wait.
 *
 * @param variables - in any order; each must be in the snapshot by name, with the same shape and dtype
 * @param saved - from `snapshot`
 * @throws Error, before anything is changed, if a variable is missing there or has another shape or dtype
 *
 * @example
 * // restoreSnapshot(model.trainableWeights.map((weight) => weight.read()), saved);
 */
export function restoreSnapshot(variables: readonly Variable[], saved: Snapshot): void {
  const byName = new Map(saved.map((entry) => [entry.name, entry]));
  const pairs = variables.map((variable) => [variable, matching(variable, byName.get(variable.name))] as const);
  for (const [variable, { values, shape, dtype }] of pairs) {
    tidy(() => variable.assign(tensor(values, [...shape], dtype)));
  }
}

function matching(variable: Variable, entry: SnapshotEntry | undefined): SnapshotEntry {
  if (entry === undefined) {
    throw new Error(
      `[optimizer] every variable must be in the snapshot, got '${variable.name}', which is not. Take the snapshot of the same variables.`,
    );
  }
  if (entry.dtype !== variable.dtype || entry.shape.join() !== variable.shape.join()) {
    throw new Error(
      `[optimizer] '${variable.name}' must be as in the snapshot (${entry.dtype} [${entry.shape.join(', ')}]), ` +
        `got ${variable.dtype} [${variable.shape.join(', ')}]. Build the same model before restoring.`,
    );
  }
  return entry;
}
