import { readFileSync } from 'node:fs';
import { decode } from 'jpeg-js';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { sharedData } from '@halftone/testing';

/** Opens a Graph model of the shared folder as tfjs's own file handler would; `fill` makes the numbers of weights that are not there. */
export function sharedGraph(model: string, fill?: (name: string, shape: readonly number[]) => Float32Array): TensorFlow.io.IOHandler {
  const read = (path: string): Buffer => readFileSync(sharedData(`models/${model}/${path}`));
  return {
    load: async () => {
      const { weightsManifest, ...rest } = JSON.parse(read('model.json').toString()) as TensorFlow.io.ModelJSON;
      const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
      const shards =
        fill === undefined ? weightsManifest.flatMap(({ paths }) => paths).map(read) : weightSpecs.map((spec) => bytesOf(spec, fill));
      return { ...rest, weightSpecs, weightData: new Uint8Array(Buffer.concat(shards)).buffer };
    },
  };
}

function bytesOf(
  { name, shape, dtype }: TensorFlow.io.WeightsManifestEntry,
  fill: (name: string, shape: readonly number[]) => Float32Array,
): Buffer {
  const values = fill(name, shape);
  const typed = dtype === 'int32' ? Int32Array.from(values) : values;
  return Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength);
}

/** A photograph of the shared folder as RGB in 0..255, square, by the nearest pixel. */
export function photograph(name: string, size: number): Float32Array {
  const { width, height, data } = decode(readFileSync(sharedData(`models/images/${name}`)), { useTArray: true });
  const pixels = new Float32Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = 4 * (Math.floor((y * height) / size) * width + Math.floor((x * width) / size));
      pixels.set(data.subarray(from, from + 3), 3 * (y * size + x));
    }
  }
  return pixels;
}
