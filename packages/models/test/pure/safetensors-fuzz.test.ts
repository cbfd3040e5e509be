import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelFileError } from '../../src/bytes/model-file-error.ts';
import { openSafetensors, readSafetensors } from '../../src/safetensors/read-safetensors.ts';
import { dataOf } from '../../src/safetensors/tensor.ts';
import { writeSafetensors } from '../../src/safetensors/write-safetensors.ts';

const RUNS = { seed: 5, numRuns: 300 };
const file = new Uint8Array(readFileSync(new URL('../golden/safetensors.safetensors', import.meta.url)));
const headerEnd = 8 + new DataView(file.buffer).getUint32(0, true);

/** A file with this text for a header, and this much data. */
function withHeader(text: string, dataBytes = 0): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32'): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe('a damaged file is refused by a ModelFileError', () => {
  it('cut short anywhere', async () => {
    for (let length = 0; length < file.length; length++) {
      await expect(readSafetensors(file.subarray(0, length)), `${length}`).rejects.toThrow(ModelFileError);
    }
  });

  it('with bytes too many, from bytes and from a stream', async () => {
    const longer = new Uint8Array(file.length + 3);
    longer.set(file);
    await expect(readSafetensors(longer)).rejects.toThrow(/fill 156 bytes, got 159 in the file/);
    await expect(readSafetensors(new Blob([longer]).stream())).rejects.toThrow(/must end with its last tensor, got at least 3 more bytes/);
    await expect(readSafetensors(new Blob([file.subarray(0, file.length - 1)]).stream())).rejects.toThrow(/cut short/);
  });

  it('with flipped bits: refused, or read as the same tensors of the same sizes', async () => {
    const whole = await readSafetensors(file);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(7)), { minLength: 1, maxLength: 4 }), async (flips) => {
        const copy = file.slice();
        for (const [at, bit] of flips) copy[at] = (copy[at] as number) ^ (1 << bit);
        let read;
        try {
          read = await readSafetensors(copy);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFileError);
          return;
        }
        const total = read.tensors.reduce((sum, tensor) => sum + dataOf(tensor).byteLength, 0);
        expect(total).toBe(file.length - headerEnd);
        expect(read.tensors.length).toBe(whole.tensors.length);
      }),
      RUNS,
    );
  });

  it('of random bytes, and of random text for a header', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.json(), async (bytes, text) => {
        await expect(readSafetensors(new Uint8Array(bytes).fill(0, 4, 8))).rejects.toThrow(ModelFileError);
        if (text.trim() !== '{}') await expect(readSafetensors(withHeader(text))).rejects.toThrow(ModelFileError);
      }),
      RUNS,
    );
  });
});

describe('a header that contradicts itself is refused with the reason', () => {
  it.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    [
      'a gap',
      withHeader(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12),
      /"b" must begin where the tensor before it ends, at 4, got 8 to 12/,
    ],
    ['an overlap', withHeader(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), /"b" must begin where the tensor before it ends, at 8/],
    [
      'an end before the begin',
      withHeader('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4),
      /"b" must begin/,
    ],
    [
      'a size that is not that of the shape',
      withHeader(`{"a":${entry(0, 8, [3])}}`, 8),
      /"a" of shape \[3\] and F32 needs 12 bytes, got 8/,
    ],
    ['data that belongs to nothing', withHeader('{}', 4), /fill 0 bytes, got 4/],
    ['a shape beyond all memory', withHeader(`{"a":${entry(0, 8, [2 ** 31, 2 ** 31, 2 ** 31])}}`, 8), /one that memory can hold/],
    ['a huge shape times zero', withHeader(`{"a":${entry(0, 0, [2 ** 40, 2 ** 40, 0])}}`), /one that memory can hold/],
    [
      'too many dimensions',
      withHeader(
        `{"a":${entry(
          0,
          4,
          Array.from({ length: 65 }, () => 1),
        )}}`,
        4,
      ),
      /may have 64 dimensions, got 65.*limits.rank/,
    ],
    [
      'an endless shape',
      withHeader(
        `{"a":${entry(
          0,
          4,
          Array.from({ length: 5000 }, () => 1),
        )}}`,
        4,
      ),
      /at most 4096 numbers/,
    ],
    ['a number beyond 2^53', withHeader('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}', 4), /below 2\^53/],
    ['a number with a fraction', withHeader('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4), /a whole number at position/],
    ['a negative number', withHeader('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4), /a whole number/],
    ['an exponent', withHeader('{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', 4), /a whole number/],
    ['a leading zero', withHeader('{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}', 4), /a whole number/],
    ['an unknown dtype', withHeader(`{"a":${entry(0, 4, [1], 'C64')}}`, 4), /must be one of U64.*got "C64"/],
    ['a dtype from the prototype', withHeader(`{"a":${entry(0, 4, [1], 'constructor')}}`, 4), /must be one of U64/],
    ['a tensor that comes twice', withHeader(`{"a":${entry(0, 4)},"\\u0061":${entry(4, 8)}}`, 8), /must come once, got "a" twice/],
    ['a field that comes twice', withHeader('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /"dtype" twice/],
    [
      'an unknown field',
      withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"run":"me"}}', 4),
      /may have dtype, shape and data_offsets, got "run"/,
    ],
    ['a missing field', withHeader('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), /must have a dtype, a shape and two data_offsets/],
    ['metadata that is not text', withHeader('{"__metadata__":{"a":1}}'), /text at position/],
    ['metadata twice', withHeader('{"__metadata__":{},"__metadata__":{}}'), /"__metadata__" twice/],
    ['a bool of 2', withHeader(`{"a":${entry(0, 1, [1], 'BOOL')}}`).slice(), /fill 1 bytes, got 0/],
    ['no object', withHeader('[]'), /'\{' as the first byte/],
    ['a space first', withHeader(' {}'), /'\{' as the first byte/],
    ['more after the object', withHeader('{} {}'), /the end at position 3/],
    ['a control character in a name', withHeader(`{"a\u0001":${entry(0, 0)}}`), /control characters/],
    ['half a character in a name', withHeader(`{"\\ud800":${entry(0, 0)}}`), /whole characters/],
    ['a name without end', withHeader('{"abc\\"'), /text that ends/],
    ['text that is not UTF-8', (() => withHeader('{"é":1}').map((byte) => (byte === 0xc3 ? 0xff : byte)))(), /must be UTF-8/],
    ['a length of the header beyond 2^53', new Uint8Array(16).fill(255, 0, 8), /the header may have 100000000 bytes/],
  ])('%s', async (_, bytes, words) => {
    const refusal = expect(readSafetensors(bytes)).rejects;
    await refusal.toThrow(words);
    await expect(readSafetensors(new Blob([bytes]))).rejects.toThrow(ModelFileError);
  });

  it('a bool that is neither 0 nor 1', async () => {
    const bytes = withHeader(`{"a":${entry(0, 1, [1], 'BOOL')}}`, 1);
    bytes[bytes.length - 1] = 2;
    await expect(readSafetensors(bytes)).rejects.toThrow(/the bools of "a" must be 0 or 1/);
  });

  it('a name out of the file is cut in the message', async () => {
    const error = await readSafetensors(withHeader(`{"${'x'.repeat(100_000)}":1}`)).catch((thrown: Error) => thrown);
    expect((error as Error).message.length).toBeLessThan(300);
  });
});

describe('prototype keys are plain names', () => {
  it('in tensors and in metadata', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const bytes = withHeader(
      `{"__metadata__":{"__proto__":"polluted"},${names.map((name, i) => `"${name}":${entry(4 * i, 4 * i + 4)}`).join(',')}}`,
      16,
    );
    const { metadata, tensors } = await readSafetensors(bytes);
    expect(tensors.map(({ name }) => name)).toEqual(names);
    expect(Object.getPrototypeOf(metadata)).toBeNull();
    expect(metadata['__proto__']).toBe('polluted');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('limits bound what a file can cost', () => {
  it('a million tensors are refused after as many as the limit, and read where it is raised', async () => {
    const count = 1_000_000;
    const text = `{${Array.from({ length: count }, (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`).join(',')}}`;
    const bytes = withHeader(text);
    const start = performance.now();
    await expect(readSafetensors(bytes)).rejects.toThrow(/a file may name 200000 tensors.*limits.tensors/);
    expect(performance.now() - start).toBeLessThan(10_000);
    const opened = await openSafetensors(bytes, { limits: { tensors: count } });
    expect(opened.infos.length).toBe(count);
  }, 60_000);

  it('a stream that promises a terabyte sets nothing aside for it', async () => {
    const size = 2 ** 40;
    const bytes = withHeader(`{"a":${entry(0, size, [size], 'U8')}}`, 10);
    await expect(readSafetensors(new Blob([bytes]).stream())).rejects.toThrow(/"a" may have 2147483640 bytes|a file may have/);
    const limits = { tensorBytes: 2 ** 41, totalBytes: 2 ** 41 };
    await expect(readSafetensors(new Blob([bytes]).stream(), { limits })).rejects.toThrow(
      /needs 1099511627776 bytes, got only 10\. .*cut short/,
    );
  });

  it('a gzip file is named as such, and a gzip bomb is let go at its first byte too many', async () => {
    await expect(readSafetensors(new Uint8Array(gzipSync(file)))).rejects.toThrow(/must not be compressed, got gzip.*DecompressionStream/);
    const bomb = gzipSync(Buffer.concat([file, Buffer.alloc(64 << 20)]));
    let produced = 0;
    const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        produced += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const inflated = new Blob([bomb]).stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(counted);
    await expect(readSafetensors(inflated as ReadableStream<Uint8Array>)).rejects.toThrow(/must end with its last tensor/);
    expect(produced).toBeLessThan(4 << 20);
  });

  it.each<[object, RegExp]>([
    [{ headerBytes: 100 }, /the header may have 100 bytes/],
    [{ tensors: 3 }, /may name 3 tensors/],
    [{ tensorBytes: 31 }, /may have 31 bytes, got 32/],
    [{ totalBytes: 155 }, /may have 155 bytes of tensors, got 156/],
    [{ rank: 1 }, /may have 1 dimensions, got 2/],
  ])('each can be set: %o', async (limits, words) => {
    await expect(readSafetensors(file, { limits })).rejects.toThrow(words);
  });

  it.each<[object, RegExp]>([
    [{ bytes: 1 }, /unknown name, got bytes\. Use headerBytes, tensors/],
    [{ rank: 0 }, /limits.rank must be a whole number above 0, got 0/],
    [{ rank: NaN }, /got NaN/],
  ])('a limit that means nothing is refused: %o', async (limits, words) => {
    await expect(readSafetensors(file, { limits })).rejects.toThrow(words);
  });

  it('input that is no file is refused', async () => {
    await expect(readSafetensors('model.safetensors' as unknown as Blob)).rejects.toThrow(
      /must be bytes, a Blob or a ReadableStream, got string/,
    );
  });
});

it('what is written is read back, whatever the names, types and shapes', async () => {
  const tensor = fc
    .record({
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
      dtype: fc.constantFrom('F32', 'F16', 'BF16', 'F8_E4M3', 'I8', 'I64'),
      seed: fc.nat(255),
    })
    .map(({ shape, dtype, seed }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const fill = { F32: Float32Array, F16: Uint16Array, BF16: Uint16Array, F8_E4M3: Uint8Array, I8: Int8Array };
      const data = dtype === 'I64' ? new BigInt64Array(size).fill(BigInt(seed)) : new fill[dtype as keyof typeof fill](size).fill(seed);
      return { dtype, shape, ...(['F16', 'BF16', 'F8_E4M3'].includes(dtype) ? { bits: data } : { values: data }) };
    });
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.string({ unit: 'grapheme', maxLength: 6 }).filter((name) => name !== '__metadata__'),
        tensor,
      ),
      async (named) => {
        const tensors = Object.entries(named).map(([name, rest]) => ({ name, ...rest })) as never[];
        const bytes = writeSafetensors(tensors);
        const read = await readSafetensors(bytes);
        const byName = (list: readonly { name: string }[]): unknown[] => list.slice().sort((a, b) => (a.name < b.name ? -1 : 1));
        expect(byName(read.tensors)).toEqual(byName(tensors));
        expect(writeSafetensors(read.tensors)).toEqual(bytes);
      },
    ),
    { seed: 6, numRuns: 100 },
  );
});
