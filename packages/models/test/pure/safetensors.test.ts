import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from '@halftone/float16';
import { describe, expect, it } from 'vitest';
import { openSafetensors, readSafetensors } from '../../src/safetensors/read-safetensors.ts';
import type { SafetensorsTensor } from '../../src/safetensors/tensor.ts';
import { dataOf } from '../../src/safetensors/tensor.ts';
import { safetensorsParts, writeSafetensors } from '../../src/safetensors/write-safetensors.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const file = new Uint8Array(readFileSync(join(golden, 'safetensors.safetensors')));
const listing = JSON.parse(readFileSync(join(golden, 'safetensors.json'), 'utf8')) as {
  name: string;
  dtype: string;
  shape: number[];
  bytes: string;
}[];

const bytesOf = (tensor: SafetensorsTensor): Buffer => {
  const data = dataOf(tensor);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
};

const streamOf = (bytes: Uint8Array<ArrayBuffer>, step: number): ReadableStream<Uint8Array<ArrayBuffer>> => {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + step));
      at += step;
    },
  });
};

describe('a file of the reference library', () => {
  it.each([
    ['bytes', () => file],
    ['an ArrayBuffer', () => file.buffer],
    ['a Blob', () => new Blob([file])],
    ['a stream of 7 bytes at a time', () => streamOf(file, 7)],
    ['a stream in one piece', () => streamOf(file, file.length)],
  ])('is read from %s', async (_, input) => {
    const { metadata, tensors } = await readSafetensors(input());
    expect({ ...metadata }).toEqual({ format: 'np' });
    expect(tensors.map(({ name }) => name).sort()).toEqual(listing.map(({ name }) => name).sort());
    for (const { name, shape, bytes } of listing) {
      const tensor = tensors.find((one) => one.name === name) as SafetensorsTensor;
      expect(tensor.shape, name).toEqual(shape);
      expect(bytesOf(tensor).toString('base64'), name).toBe(bytes);
    }
  });

  it('hands out halves as bits and all else as numbers', async () => {
    const { tensors } = await readSafetensors(file);
    const by = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    const half = by.get('f16') as SafetensorsTensor & { dtype: 'F16' };
    expect([...decode(half.bits, 'float16')]).toEqual([0, -0, 1, -2.5, 0.300048828125, 448, Infinity, NaN]);
    expect(by.get('i64')).toMatchObject({ values: BigInt64Array.of(2n ** 62n, -1n) });
    expect(by.get('f8/e4m3')).toMatchObject({ dtype: 'F8_E4M3', bits: Uint8Array.of(0, 0x38, 0xfe) });
    expect(by.get('empty')).toMatchObject({ shape: [0, 3], values: new Float32Array(0) });
    expect(by.get('__proto__')).toMatchObject({ values: Float32Array.of(1) });
  });

  it('is viewed, not copied, where the bytes are aligned, and copied where they are not', async () => {
    const aligned = await readSafetensors(file);
    for (const tensor of aligned.tensors) expect(dataOf(tensor).buffer === file.buffer, tensor.name).toBe(true);
    const shifted = new Uint8Array(file.length + 1).subarray(1);
    shifted.set(file);
    const copied = await readSafetensors(shifted);
    for (const tensor of copied.tensors) {
      const { BYTES_PER_ELEMENT, buffer, byteLength } = dataOf(tensor);
      expect(byteLength === 0 || (buffer === shifted.buffer) === (BYTES_PER_ELEMENT === 1), tensor.name).toBe(true);
    }
    expect(writeSafetensors(copied.tensors, copied)).toEqual(file);
  });

  it('is written again byte for byte, in whatever order the tensors come', async () => {
    const { tensors, metadata } = await readSafetensors(file);
    expect(Buffer.from(writeSafetensors(tensors.slice().reverse(), { metadata })).equals(file)).toBe(true);
    expect(Buffer.concat(safetensorsParts(tensors, { metadata })).equals(file)).toBe(true);
  });

  it('gives single tensors from a Blob, and one pass from a stream', async () => {
    const opened = await openSafetensors(new Blob([file]));
    expect(await opened.read('i16')).toMatchObject({ values: Int16Array.of(-32768, 3, 5) });
    expect(await opened.read('i16')).toMatchObject({ values: Int16Array.of(-32768, 3, 5) });
    await expect(opened.read('toString')).rejects.toThrow(/must be in the file, got "toString"\. See infos/);
    const stream = await openSafetensors(streamOf(file, 100));
    await expect(stream.read('i16')).rejects.toThrow(/Go through tensors\(\)/);
    let count = 0;
    for await (const tensor of stream.tensors()) count += dataOf(tensor).length >= 0 ? 1 : 0;
    expect(count).toBe(listing.length);
    await expect(stream.tensors().next()).rejects.toThrow(/Pass a Blob to read twice/);
  });

  it('holds no more of a stream than one tensor', async () => {
    let produced = 0;
    const big = 1 << 20;
    const header = writeSafetensors(
      Array.from({ length: 8 }, (_, i) => ({ name: `t${i}`, dtype: 'U8' as const, shape: [big], values: new Uint8Array(big) })),
    );
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull(controller) {
          if (produced >= header.length) return controller.close();
          controller.enqueue(header.slice(produced, produced + 65536));
          produced += 65536;
        },
      },
      { highWaterMark: 0 },
    );
    const opened = await openSafetensors(stream);
    const tensors = opened.tensors();
    for (let i = 0; i < 8; i++) {
      await tensors.next();
      expect(produced).toBeLessThanOrEqual((i + 1) * big + 2 * 65536);
    }
    expect((await tensors.next()).done).toBe(true);
  });
});

const values = new Float32Array(2);
describe('what cannot be written is refused', () => {
  const tensor = { name: 'w', dtype: 'F32', shape: [2], values } as SafetensorsTensor;
  it.each<[string, SafetensorsTensor[], RegExp]>([
    ['a name twice', [tensor, tensor], /a name of its own, got "w"\. Rename one/],
    ['the name of the metadata', [{ ...tensor, name: '__metadata__' } as SafetensorsTensor], /a name of its own/],
    ['half a character', [{ ...tensor, name: '\ud800' } as SafetensorsTensor], /UTF-8 can hold/],
    ['an unknown dtype', [{ ...tensor, dtype: 'toString' } as unknown as SafetensorsTensor], /must be one of U64.*got "toString"/],
    ['an array of another class', [{ ...tensor, dtype: 'I32' } as unknown as SafetensorsTensor], /needs values in a Int32Array/],
    ['numbers in the place of codes', [{ ...tensor, dtype: 'F16' } as unknown as SafetensorsTensor], /needs bits in a Uint16Array/],
    ['a shape that is not filled', [{ ...tensor, shape: [3] } as SafetensorsTensor], /must fill its shape \[3\], got 2/],
    ['a negative shape', [{ ...tensor, shape: [-1, -2] } as SafetensorsTensor], /must fill its shape/],
  ])('%s', (_, tensors, words) => {
    expect(() => writeSafetensors(tensors)).toThrow(words);
  });

  it('metadata that is not text', () => {
    expect(() => writeSafetensors([], { metadata: { step: 1 as unknown as string } })).toThrow(
      /metadata "step" must be text.*JSON.stringify/,
    );
  });
});
