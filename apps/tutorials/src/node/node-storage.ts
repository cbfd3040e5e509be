import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import type { LessonStorage } from '../lesson.ts';

/** Storage of a program in a folder: its checkpoint and its models, each in one of its own. */
export function folderStorage(folder: string): LessonStorage {
  const checkpoint = join(folder, 'checkpoint');
  return {
    checkpoint,
    model: (name) => folderModel(join(folder, name)),
    kept: async () => existsSync(join(checkpoint, 'checkpoint.safetensors')),
    clear: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Saves and loads a Layers model as tfjs writes it: `model.json` beside `weights.bin`.
 *
 * tfjs can do so by itself where tfjs-node is loaded; this needs no TensorFlow. Waits for the disk.
 *
 * @param folder - made by the first save
 * @throws Error when a model is loaded that was never saved
 */
export function folderModel(folder: string): io.IOHandler {
  return {
    save: async (artifacts) => {
      mkdirSync(folder, { recursive: true });
      const weights = new Uint8Array(io.CompositeArrayBuffer.join(artifacts.weightData));
      const manifest = [{ paths: ['weights.bin'], weights: artifacts.weightSpecs ?? [] }];
      writeFileSync(join(folder, 'weights.bin'), weights);
      writeFileSync(join(folder, 'model.json'), JSON.stringify(modelJson(artifacts, manifest)));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON', weightDataBytes: weights.byteLength } };
    },
    load: () =>
      io.getModelArtifactsForJSON(readModel(folder), async ([group]) => [
        group?.weights ?? [],
        Uint8Array.from(readFileSync(join(folder, 'weights.bin'))).buffer,
      ]),
  };
}

/** All but the weights, in the layout of tfjs's `model.json`. */
function modelJson(
  { weightData: _data, weightSpecs: _specs, modelTopology = {}, ...more }: io.ModelArtifacts,
  weightsManifest: io.WeightsManifestConfig,
): io.ModelJSON {
  return { ...more, modelTopology, weightsManifest } as io.ModelJSON;
}

function readModel(folder: string): io.ModelJSON {
  try {
    return JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as io.ModelJSON;
  } catch (cause) {
    throw new Error(`[tutorials] a model must be saved before it is loaded, got no model.json in ${folder}. Save it first.`, { cause });
  }
}
