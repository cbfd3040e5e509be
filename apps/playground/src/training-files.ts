import { setBackend } from '@tensorflow/tfjs-core';
import { saveHalf } from '@halftone/models';
import { ownLayersOf } from './models/own-layers.ts';
import type { HalfFiles, MadeFile } from './protocol.ts';
import type { TrainingRun } from './training-run.ts';

/**
 * The model of a run as files of tfjs's own format with its weights in float16: `tf.loadLayersModel` opens them, those of the transformer
 * once its own layers are registered.
 *
 * It ends in probabilities. Waits for the device, once for each weight.
 *
 * @throws HalfRangeError if a weight does not fit float16
 */
export async function halfFiles(run: TrainingRun): Promise<HalfFiles> {
  await setBackend(run.device.backendName);
  const files: MadeFile[] = [];
  const write = async (name: string, bytes: Uint8Array): Promise<void> => void files.push({ name, bytes: Uint8Array.from(bytes) });
  const { bytes, bytesBefore } = await saveHalf(run.recipe.withProbabilities(run.model), { write }, { policy: run.policy });
  return { files, bytes, bytesBefore, ownLayers: ownLayersOf(run.model) };
}
