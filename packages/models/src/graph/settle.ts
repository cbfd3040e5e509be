import { getBackend } from '@tensorflow/tfjs-core';
import { pluginFor } from '@halftone/autocast';
import type { HalfPrecision } from '@halftone/policy';
import { placeConstants, wideConstants } from './place-constants.ts';
import type { GraphRecord } from './record.ts';
import { whenIdle } from './record.ts';
import { restoreWeights } from './restore-weights.ts';

/**
 * Brings the weights of a wrapped graph in line with its policy, options and backend. Called before every run; cheap when nothing changed.
 *
 * A model that has not run yet has its weights on the host: they are settled at once. One that has run has them on the device,
 * which must be asked: that goes on in the background (`record.settling`), and until it ends the float32 weights are used.
 */
export function settle(record: GraphRecord): void {
  const format = formatOf(record);
  const target = `${getBackend()} ${format ?? 'float32'} ${record.options.halfWeights !== false}`;
  if (record.settledFor === target || record.settling !== null) return;
  if (record.flights > 0) return; // the next run after this one finds it undone
  if (record.settledFor !== null) restoreWeights(record);
  record.settledFor = target;
  if (format === null) return;
  const values = (record.model.resourceIdToCapturedInput ?? null) === null ? valuesOnHost(record) : null;
  if (values !== null) return placeConstants(record, format, values);
  record.settling = readValues(record)
    .then((read) =>
      betweenRuns(record, () => {
        record.settling = null;
        // what waited may have been overtaken: by another policy, another backend, or the end of the model
        if (record.live && record.settledFor === target) placeConstants(record, format, read);
      }),
    )
    .catch((cause: unknown) => {
      record.settling = null;
      if (!record.live) return;
      console.warn(
        `[models] the weights of a Graph model stay float32, got a failure while they were read: ${String(cause)}. Call mixedPrecision(model) again when the device is back.`,
      );
    });
}

/** The half format that the weights are looked at for, or `null`. */
function formatOf({ policy, live }: GraphRecord): HalfPrecision | null {
  const { compute } = policy;
  if (!live || compute === 'float32') return null;
  return pluginFor(getBackend())?.formats.includes(compute) === true ? compute : null;
}

/** The numbers of all constants without asking a device, or `null` where one lies there. */
function valuesOnHost({ model }: GraphRecord): ReadonlyMap<string, Float32Array> | null {
  try {
    return new Map(wideConstants(model).map(({ name, tensor }) => [name, tensor.dataSync() as Float32Array]));
  } catch {
    return null; // read asynchronously instead
  }
}

async function readValues({ model }: GraphRecord): Promise<ReadonlyMap<string, Float32Array>> {
  const read = wideConstants(model).map(async ({ name, tensor }) => [name, (await tensor.data()) as Float32Array] as const);
  return new Map(await Promise.all(read));
}

function betweenRuns(record: GraphRecord, work: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    whenIdle(record, () => {
      try {
        resolve(work());
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
