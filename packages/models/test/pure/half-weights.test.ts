import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { io } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { byteReader } from '../../src/bytes/byte-reader.ts';
import { halveWeights } from '../../src/files/half-artifacts.ts';
import { defaultFileLimits } from '../../src/bytes/limits.ts';
import { checkPath, shards } from '../../src/files/model-folder.ts';
import { HalfRangeError, narrow } from '../../src/weights/range-report.ts';
import { readWeight } from '../../src/files/read-weight.ts';
import { checkSpecs } from '../../src/files/weight-spec.ts';

const golden = fileURLToPath(new URL('../golden/half_weights/', import.meta.url));
const bytesAt = (...path: string[]): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(join(golden, ...path)));

interface Blob {
  arrays: { name: string; dtype: string; shape: number[]; byteOffset: number }[];
}
interface Expected {
  shard_bytes?: number;
  decoded: Blob;
  original: Blob;
  overflowed_to_inf: Record<string, number>;
  underflowed_to_zero: Record<string, number>;
}
const cases = ['simple', 'misaligned_shards', 'mixed_quantization'].map((name) => ({
  name,
  expected: JSON.parse(readFileSync(join(golden, name, 'expected.json'), 'utf8')) as Expected,
  manifest: JSON.parse(readFileSync(join(golden, name, 'weights_manifest.json'), 'utf8')) as io.WeightsManifestConfig,
}));

const part = (blob: Uint8Array, { byteOffset, dtype, shape }: Blob['arrays'][number]): Uint8Array<ArrayBuffer> => {
  const size = shape.reduce((product, length) => product * length, 1) * (dtype === 'uint8' ? 1 : 4);
  return blob.slice(byteOffset, byteOffset + size) as Uint8Array<ArrayBuffer>;
};

describe("weight files of tfjs's converter", () => {
  it.each(cases)('are read: $name', async ({ name, manifest, expected }) => {
    const decoded = bytesAt(name, 'decoded.bin');
    for (const { paths, weights } of manifest) {
      const joined = Buffer.concat(paths.map((path) => bytesAt(name, path)));
      const reader = byteReader(new Uint8Array(joined));
      for (const spec of checkSpecs(weights, defaultFileLimits)) {
        const data = await readWeight(reader, spec, defaultFileLimits);
        const entry = expected.decoded.arrays.find((one) => one.name === spec.name) as Blob['arrays'][number];
        const want = part(decoded, entry);
        if (data.kind === 'half') {
          const { decode } = await import('@halftone/float16');
          expect(new Uint8Array(decode(data.bits, data.format).buffer), spec.name).toEqual(want);
        } else if (spec.quantization === undefined) {
          const { values } = data as { values: Float32Array };
          expect(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), spec.name).toEqual(want);
        } else {
          const wanted = new Float32Array(want.buffer);
          const { values } = data as { values: Float32Array };
          values.forEach((value, i) => expect(Math.abs(value - (wanted[i] as number)), spec.name).toBeLessThanOrEqual(1e-6));
        }
      }
      await reader.end('the group');
    }
  });

  it.each(cases.slice(0, 2))('are written, byte for byte: $name', async ({ name, manifest, expected }) => {
    const original = bytesAt(name, 'original.bin');
    const group = manifest[0] as io.WeightsManifestConfig[number];
    const specs = group.weights.map(({ name: weight, shape, dtype }) => ({ name: weight, shape, dtype }));
    const pieces = specs.map((spec) =>
      part(original, expected.original.arrays.find((one) => one.name === spec.name) as Blob['arrays'][number]),
    );
    const keepFloat32 = group.weights.filter(({ quantization }) => quantization === undefined).map((spec) => spec.name);
    const weightData = new Uint8Array(Buffer.concat(pieces)).buffer;
    const allow = { overflow: 'infinity', underflow: true, nonFinite: true } as const;
    const half = await halveWeights({ weightSpecs: specs, weightData }, { keepFloat32, allow });
    expect(half.specs).toEqual(group.weights);
    const files = shards(half.chunks, { group: 1, shardBytes: expected.shard_bytes ?? 4 << 20 });
    expect(files.map(({ path }) => path)).toEqual(group.paths);
    for (const { path, bytes } of files) expect(bytes, path).toEqual(bytesAt(name, path));
    for (const { name: weight, range } of half.report.weights) {
      if (range === null) continue;
      expect(range.overflow, weight).toBe(expected.overflowed_to_inf[weight]);
      expect(range.underflow, weight).toBe(expected.underflowed_to_zero[weight]);
    }
  });
});

describe('halving weights', () => {
  const weights = (values: Record<string, number[]>): Pick<io.ModelArtifacts, 'weightSpecs' | 'weightData'> => ({
    weightSpecs: Object.entries(values).map(([name, list]) => ({ name, shape: [list.length], dtype: 'float32' as const })),
    weightData: new Float32Array(Object.values(values).flat()).buffer,
  });

  it('refuses what does not fit, all of it in one error, with counts and names', async () => {
    const lost = halveWeights(weights({ fine: [1], big: [1e6, -2e5, 3], small: [1e-9], odd: [NaN, Infinity] }), {});
    await expect(lost).rejects.toThrow(HalfRangeError);
    await expect(lost).rejects.toThrow(
      /3 weights do not fit float16, got "big" \(2 overflow, the largest 1000000\), "small" \(1 become zero\), "odd" \(1 infinite, 1 NaN\)\. Keep them in float32/,
    );
    const error = (await lost.catch((thrown: unknown) => thrown)) as HalfRangeError;
    expect(error.tensors.map(({ name }) => name)).toEqual(['big', 'small', 'odd']);
  });

  it('allows each loss by itself', async () => {
    await expect(halveWeights(weights({ w: [1e6] }), { allow: { underflow: true, nonFinite: true } })).rejects.toThrow(/1 overflow/);
    await expect(halveWeights(weights({ w: [1e-9] }), { allow: { overflow: 'infinity', nonFinite: true } })).rejects.toThrow(/become zero/);
    await expect(halveWeights(weights({ w: [NaN] }), { allow: { overflow: 'saturate', underflow: true } })).rejects.toThrow(/1 NaN/);
    const { report } = await halveWeights(weights({ w: [1e6, 1e-9, NaN] }), {
      allow: { overflow: 'saturate', underflow: true, nonFinite: true },
    });
    expect(report).toMatchObject({ overflow: 1, underflow: 1, nonFinite: 1, bytes: 6, bytesBefore: 12 });
  });

  it('saturates finite values and leaves infinite ones', () => {
    const values = new Float32Array([1e6, -1e6, Infinity, -Infinity, 1]);
    expect([...narrow(values, 'float16', { overflow: 'saturate' })]).toEqual([0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x3c00]);
    expect([...narrow(values, 'float16', { overflow: 'infinity' })]).toEqual([0x7c00, 0xfc00, 0x7c00, 0xfc00, 0x3c00]);
  });

  it('keeps weights in float32 by name and by pattern, and leaves integers, text and quantized weights alone', async () => {
    const { specs, chunks, report } = await halveWeights(
      {
        weightSpecs: [
          { name: 'a/gamma', shape: [1], dtype: 'float32' },
          { name: 'b', shape: [1], dtype: 'float32' },
          { name: 'n', shape: [1], dtype: 'int32' },
          { name: 't', shape: [2], dtype: 'string' },
          { name: 'q', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } },
          { name: 'w', shape: [1], dtype: 'float32' },
        ],
        weightData: new Uint8Array([0, 0, 128, 63, 0, 0, 128, 63, 7, 0, 0, 0, 1, 0, 0, 0, 65, 0, 0, 0, 0, 9, 8, 7, 0, 0, 128, 63]).buffer,
      },
      { keepFloat32: [/gamma$/g, 'b'] },
    );
    expect(report.weights.map(({ stored }) => stored)).toEqual(['float32', 'float32', 'int32', 'string', 'uint8', 'float16']);
    expect(Buffer.concat(chunks)).toEqual(
      Buffer.from([0, 0, 128, 63, 0, 0, 128, 63, 7, 0, 0, 0, 1, 0, 0, 0, 65, 0, 0, 0, 0, 9, 8, 7, 0, 0x3c]),
    );
    expect(specs[5]).toEqual({ name: 'w', shape: [1], dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } });
  });

  it.each<[object, RegExp]>([
    [{ format: 'float8_e4m3fn' }, /format must be 'float16' or 'bfloat16'/],
    [{ allow: { overflow: true } }, /allow.overflow must be 'infinity' or 'saturate', got true/],
    [{ allow: { underflow: 'yes' } }, /allow.underflow must be true or false, got "yes"/],
    [{ allow: { everything: true } }, /unknown name, got everything\. Use overflow/],
  ])('refuses options that mean nothing: %o', async (options, words) => {
    await expect(halveWeights(weights({ w: [1] }), options)).rejects.toThrow(words);
  });
});

describe('shard paths', () => {
  it.each(['group1-shard1of2.bin', './model.weights.bin', 'weights/part.1', 'a b/ü.bin', '..weights/..x'])(
    '%s stays in the folder',
    (path) => {
      expect(checkPath(path)).toBe(path.replace('./model', 'model'));
    },
  );

  it.each(
    [
      [
        '..',
        '../secret',
        'a/../../b',
        'a/..',
        './..',
        '/etc/passwd',
        '//evil.example/x',
        'https://evil.example/x',
        'file:x',
        'C:\\x',
        '\\\\evil\\x',
      ],
      ['%2e%2e/x', 'a?b', 'a#b', 'a\u0000b', '', '.', 'a//b', 'a/./b', 'x'.repeat(1025)],
      [null, 1, ['a'], {}],
    ].flat(),
  )('%j leaves it', (path) => {
    expect(() => checkPath(path)).toThrow(/a shard path must stay in the folder of model.json/);
  });

  it('shards of no bytes are no shards', () => {
    expect(() => shards([], { group: 1, shardBytes: 0 })).toThrow(/shardBytes must be a whole number above 0, got 0/);
    expect(shards([], { group: 1, shardBytes: 5 })).toEqual([{ path: 'group1-shard1of1.bin', bytes: new Uint8Array(0) }]);
  });
});
