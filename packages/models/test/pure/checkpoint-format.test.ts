import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpointParts, readCheckpoint } from '../../src/checkpoint/format/checkpoint-file.ts';
import { crc32c } from '../../src/bytes/crc32c.ts';
import type { Manifest } from '../../src/checkpoint/format/manifest.ts';
import { CHECKPOINT_VERSION } from '../../src/checkpoint/format/manifest.ts';
import { ModelFileError } from '../../src/bytes/model-file-error.ts';
import { readSafetensors } from '../../src/safetensors/read-safetensors.ts';
import { writeSafetensors } from '../../src/safetensors/write-safetensors.ts';

const seed = 20250801;
const manifest: Manifest = {
  version: CHECKPOINT_VERSION,
  savedAt: '2025-01-01T00:00:00.000Z',
  weights: [{ key: 'a/kernel', tensor: 'weights/a/kernel' }],
  trained: ['a/kernel'],
  states: [],
  optimizers: [
    {
      key: 'optimizer',
      className: 'Adam',
      config: { beta1: 0.9 },
      iterations: 3,
      learningRate: 0.1,
      slots: [{ list: 'accumulatedFirstMoment', index: 0, weight: 'a/kernel', name: 'm', tensor: 'optimizer/m' }],
      powers: [{ key: 'accBeta1', tensor: 'optimizer/accBeta1' }],
    },
  ],
  lossScale: { version: 1, kind: 'dynamic', state: { scale: 65536, goodSteps: 3, skippedInRow: 0, skipped: 0, applied: 3 } },
  policy: 'mixed_float16',
  layerPolicies: [{ layer: 'a', policy: 'float32' }],
  average: { decay: 0.5, weights: [{ key: 'a/kernel', tensor: 'average/a/kernel' }] },
  random: { seed: 7, calls: [{ layer: '1', calls: 3 }] },
  progress: { epoch: 1, batch: 2, batches: 7 },
  metadata: { best: [1, null, 'x'], 'halftone.header": "00000000': true },
};
const tensors = [
  { name: 'weights/a/kernel', dtype: 'F32' as const, shape: [2, 2], values: new Float32Array([1, -0, NaN, 1e-45]) },
  { name: 'optimizer/m', dtype: 'F32' as const, shape: [2, 2], values: new Float32Array([1, 2, 3, 4]) },
  { name: 'optimizer/accBeta1', dtype: 'F32' as const, shape: [], values: new Float32Array([0.729]) },
  { name: 'average/a/kernel', dtype: 'F16' as const, shape: [2, 2], bits: new Uint16Array([1, 2, 3, 4]) },
];
const join = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));
const file = join(checkpointParts(manifest, tensors));

describe('the checksum', () => {
  it('is that of RFC 3720', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe('e3069283');
    expect(crc32c(new Uint8Array(32))).toBe('8a9136aa');
    expect(crc32c(new Uint8Array(32).fill(255))).toBe('62a8ab43');
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe('46dd794e');
    expect(crc32c(new Uint8Array())).toBe('00000000');
  });

  it('is that of the bits one by one, at every length and place', () => {
    const slow = (bytes: Uint8Array): string => {
      let crc = 0xffffffff;
      for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
      }
      return (~crc >>> 0).toString(16).padStart(8, '0');
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(7), (bytes, from) => {
        expect(crc32c(bytes.subarray(from))).toBe(slow(bytes.subarray(from)));
      }),
      { seed },
    );
  });
});

describe('a checkpoint file', () => {
  it('comes back as it was, and is a safetensors file', async () => {
    const read = await readCheckpoint(file, undefined);
    expect(read.manifest).toEqual(manifest);
    expect([...read.tensors.values()].map(({ name }) => name).sort()).toEqual(tensors.map(({ name }) => name).sort());
    const plain = await readSafetensors(file);
    expect(plain.tensors.length).toBe(4);
    expect(JSON.parse(plain.metadata['halftone.checkpoint'] as string)).toEqual(manifest);
  });

  it('is refused with any bit flipped', async () => {
    for (let at = 0; at < file.length * 8; at += 7) {
      const bytes = file.slice();
      bytes[at >> 3] = (bytes[at >> 3] as number) ^ (1 << (at & 7));
      await expect(readCheckpoint(bytes, undefined), `bit ${at}`).rejects.toThrow(ModelFileError);
    }
  });

  it('is refused cut short anywhere, and with anything behind it', async () => {
    for (let length = 0; length < file.length; length += 5) {
      await expect(readCheckpoint(file.slice(0, length), undefined), `${length} bytes`).rejects.toThrow(ModelFileError);
    }
    await expect(readCheckpoint(join([file, new Uint8Array(1)]), undefined)).rejects.toThrow(ModelFileError);
  });

  it('is refused from a stream as from bytes', async () => {
    const stream = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
      new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += 100) controller.enqueue(bytes.slice(at, at + 100));
          controller.close();
        },
      });
    expect((await readCheckpoint(stream(file), undefined)).manifest).toEqual(manifest);
    await expect(readCheckpoint(stream(file.slice(0, -1)), undefined)).rejects.toThrow(/cut short/);
    await expect(readCheckpoint(stream(join([file, new Uint8Array(1)])), undefined)).rejects.toThrow(ModelFileError);
  });

  it('of another kind, a newer version or beyond a limit is refused in words', async () => {
    await expect(readCheckpoint(writeSafetensors(tensors), undefined)).rejects.toThrow(/Weights alone are read by readSafetensors/);
    const newer = join(checkpointParts({ ...manifest, version: 2 }, tensors));
    await expect(readCheckpoint(newer, undefined)).rejects.toThrow(/must be of version 1.*got 2. Install a newer @halftone\/models/);
    await expect(readCheckpoint(file, { tensorBytes: 8 })).rejects.toThrow(/limits.tensorBytes/);
    await expect(readCheckpoint(file, { headerBytes: 100 })).rejects.toThrow(/limits.headerBytes/);
    await expect(readCheckpoint(file, { tensors: 2 })).rejects.toThrow(/limits.tensors/);
  });

  it('with a hostile manifest under right checksums is refused', async () => {
    const hostile = (change: unknown): Promise<unknown> =>
      readCheckpoint(join(checkpointParts({ ...manifest, ...(change as object) }, tensors)), undefined);
    const wrong: unknown[] = [
      JSON.parse('{"metadata":{"__proto__":{"polluted":1}}}'),
      { metadata: { constructor: { prototype: {} } } },
      { metadata: Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1) },
      { optimizers: [{ ...manifest.optimizers[0], slots: [{ ...manifest.optimizers[0]?.slots[0], index: 4e9 }] }] },
      { optimizers: [{ ...manifest.optimizers[0], slots: [{ ...manifest.optimizers[0]?.slots[0], index: -1 }] }] },
      { optimizers: [{ ...manifest.optimizers[0], iterations: 1.5 }] },
      { optimizers: 'none' },
      { weights: [{ key: 1, tensor: 'x' }] },
      { weights: null },
      { lossScale: { version: 1, kind: 'other', state: {} } },
      { lossScale: { version: 1, kind: 'dynamic', state: { scale: null } } },
      { random: { seed: 'x', calls: [] } },
      { progress: [] },
      { savedAt: 3 },
      { version: '1' },
    ];
    for (const change of wrong) await expect(hostile(change), JSON.stringify(change)).rejects.toThrow(ModelFileError);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('keeps whatever JSON keeps as metadata', async () => {
    const property = fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
      fc.pre(!JSON.stringify(value).includes('-0') && !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)));
      const metadata = JSON.parse(JSON.stringify(value)) as never;
      const read = await readCheckpoint(join(checkpointParts({ ...manifest, metadata }, tensors)), undefined);
      expect(read.manifest.metadata).toEqual(metadata);
    });
    await fc.assert(property, { seed, numRuns: 100 });
  });

  it('that is made of noise is refused', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await expect(readCheckpoint(bytes as Uint8Array<ArrayBuffer>, undefined)).rejects.toThrow(ModelFileError);
    });
    await fc.assert(property, { seed, numRuns: 200 });
  });
});
