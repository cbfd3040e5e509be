import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { decode, encode, fromBytes } from '@halftone/float16';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';

/** How the numbers of a weights' file are written. */
export type FileFormat = 'float32' | 'float16' | 'bfloat16';

/**
 * Writes all weights of a model to one file, one after another, little-endian.
 *
 * Waits for the device and the disk.
 *
 * @returns how many numbers and how many bytes on the disk
 */
export async function writeWeights(
  model: Sequential,
  path: string,
  format: FileFormat,
): Promise<{ readonly count: number; readonly fileBytes: number }> {
  const values = await allWeights(model);
  const data = format === 'float32' ? values : encode(values, format);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { count: values.length, fileBytes: statSync(path).size };
}

/** Gives a model the weights of a file that `writeWeights` wrote. */
export function readWeights(model: Sequential, path: string, format: FileFormat): void {
  const file = readFileSync(path);
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  const values = format === 'float32' ? new Float32Array(bytes) : decode(fromBytes(bytes, format), format);
  let at = 0;
  const fresh: Tensor[] = model.getWeights().map(({ shape, size }) => tensor(values.slice(at, (at += size)), shape));
  model.setWeights(fresh);
  for (const weight of fresh) weight.dispose();
}

async function allWeights(model: Sequential): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (const weight of model.getWeights()) parts.push(Float32Array.from(await weight.data()));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
