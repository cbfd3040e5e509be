import { describe, expect, it } from 'vitest';
import { decode, encode, type Format, fromBytes, round, summarize, toBytes } from '../../src/index.ts';

/** Calls with arguments that TypeScript would refuse, as JavaScript can. */
const wrong = <T = never>(value: unknown): T => value as T;

type Reader = (values: ArrayLike<number>, format: Format) => unknown;
const readers: readonly Reader[] = [encode, round, summarize];

describe('a wrong format name', () => {
  it.each([
    ['fp16', 'float16'],
    ['f16', 'float16'],
    ['Float16', 'float16'],
    ['BFLOAT16', 'bfloat16'],
    ['float_16', 'float16'],
    ['bf16', 'bfloat16'],
    ['bfloat', 'bfloat16'],
    ['brain float16', 'bfloat16'],
    ['e4m3', 'float8_e4m3fn'],
    ['float8_e4m3', 'float8_e4m3fn'],
    ['e5m2', 'float8_e5m2'],
    ['float8e5m2', 'float8_e5m2'],
  ])("'%s' throws and suggests '%s'", (typed, nearest) => {
    expect(() => encode([1], wrong<Format>(typed))).toThrow(new RegExp(`got '${typed}'\\. Did you mean '${nearest}'\\?`));
  });

  it('is refused by every function, with the list of the right ones', () => {
    const list = /\[float16\] format must be one of float16, bfloat16, float8_e4m3fn, float8_e5m2/;
    const name = wrong<Format>('half');
    expect(() => encode([1], name)).toThrow(list);
    expect(() => decode(new Uint16Array(1), name)).toThrow(list);
    expect(() => round([1], name)).toThrow(list);
    expect(() => summarize([1], name)).toThrow(list);
    expect(() => fromBytes(new Uint8Array(2), name)).toThrow(list);
  });

  it('is a RangeError for a string and a TypeError for anything else', () => {
    expect(() => encode([1], wrong<Format>('half'))).toThrow(RangeError);
    for (const value of [undefined, null, 16, {}, ['float16']]) {
      expect(() => encode([1], wrong<Format>(value))).toThrow(TypeError);
      expect(() => encode([1], wrong<Format>(value))).toThrow(/Did you mean 'b?float/);
    }
  });

  it('does not fall for names that every object has', () => {
    expect(() => encode([1], wrong<Format>('toString'))).toThrow(/Did you mean/);
    expect(() => encode([1], wrong<Format>('__proto__'))).toThrow(/Did you mean/);
  });
});

describe('values that are no numbers', () => {
  it.each([
    ['a string', '1234', /Pass a typed array/],
    ['a number', 1.5, /Pass a typed array/],
    ['null', null, /Pass a typed array/],
    ['undefined', undefined, /Pass a typed array/],
    ['a function', (a: number) => a, /got \[object Function\]/],
    ['an iterable without length', new Set([1]), /got \[object Set\]/],
    ['a fractional length', { length: 1.5 }, /Pass a typed array/],
    ['64-bit integers', new BigInt64Array(2), /got \[object BigInt64Array\]/],
    ['a tensor', { dataSync: () => new Float32Array(1), shape: [1] }, /await tensor\.data\(\)/],
    ['an ArrayBuffer', new ArrayBuffer(4), /fromBytes\(\)/],
    ['a DataView', new DataView(new ArrayBuffer(4)), /fromBytes\(\)/],
  ])('%s is refused with the way out', (_, values, remedy) => {
    for (const call of readers) {
      expect(() => call(wrong<number[]>(values), 'float16')).toThrow(TypeError);
      expect(() => call(wrong<number[]>(values), 'float16')).toThrow(remedy);
      expect(() => call(wrong<number[]>(values), 'float16')).toThrow(/\[float16\] values must be an array of numbers, got /);
    }
  });

  it.each([
    ['nested arrays', [1, [2]], 1],
    ['strings', ['1'], 0],
    ['booleans', [0, 1, true], 2],
    ['null', [null], 0],
    ['bigints', [1n], 0],
    ['holes', { length: 3, 0: 1, 2: 1 }, 1],
    ['an array-like without elements', { length: 2 }, 0],
  ])('%s inside an array are refused by position', (_, values, at) => {
    for (const call of readers) {
      expect(() => call(wrong<number[]>(values), 'float16')).toThrow(TypeError);
      expect(() => call(wrong<number[]>(values), 'float16')).toThrow(`[float16] values[${at}] must be a number, got `);
      expect(() => call(wrong<number[]>(values), 'float16')).toThrow(/Flatten nested arrays/);
    }
  });

  it('names the position in a later chunk too', () => {
    const values = Array.from({ length: 10_000 }, (): unknown => 1);
    values[9_000] = 'x';
    expect(() => encode(wrong<number[]>(values), 'float16')).toThrow("values[9000] must be a number, got 'x'");
  });
});

describe('options', () => {
  it('refuse a wrong rounding or overflow and suggest the nearest', () => {
    expect(() => encode([1], 'float16', { rounding: wrong('nearest') })).toThrow(
      /rounding must be one of .* Did you mean 'nearest-even'\?/,
    );
    expect(() => encode([1], 'float16', { rounding: wrong('towards-zero') })).toThrow(/Did you mean 'toward-zero'\?/);
    expect(() => round([1], 'float16', { overflow: wrong('inf') })).toThrow(/overflow must be one of .* Did you mean 'infinity'\?/);
    expect(() => round([1], 'float16', { overflow: wrong('clamp') })).toThrow(RangeError);
  });

  it.each([0.5, NaN, Infinity, 2 ** 53, '1', null, 1n])('refuse the seed %s', (seed) => {
    const options = { rounding: 'stochastic', seed: wrong<number>(seed) } as const;
    for (const call of [() => encode([1], 'float16', options), () => round([1], 'float16', options)]) {
      expect(call).toThrow(RangeError);
      expect(call).toThrow(/seed must be a safe integer.*training step/);
    }
  });
});

describe('out', () => {
  it('must have the class of the result', () => {
    expect(() => encode([1], 'float16', { out: wrong(new Uint8Array(1)) })).toThrow(/out must be a Uint16Array, got \[object Uint8Array\]/);
    expect(() => encode([1], 'float8_e5m2', { out: wrong(new Uint16Array(1)) })).toThrow(/out must be a Uint8Array/);
    expect(() => decode(new Uint16Array(1), 'float16', { out: wrong(new Float64Array(1)) })).toThrow(/out must be a Float32Array/);
    expect(() => round([1], 'float16', { out: wrong([0]) })).toThrow(/Pass one or leave it out/);
    expect(() => round([1], 'float16', { out: wrong(null) })).toThrow(TypeError);
  });

  it('must have the length of the input', () => {
    expect(() => encode([1, 2], 'float16', { out: new Uint16Array(3) })).toThrow(RangeError);
    expect(() => encode([1, 2], 'float16', { out: new Uint16Array(1) })).toThrow(/must have the length 2, got 1.*subarray/);
    expect(() => decode(new Uint16Array(2), 'float16', { out: new Float32Array(1) })).toThrow(RangeError);
    expect(() => round([1, 2], 'float16', { out: new Float32Array(0) })).toThrow(RangeError);
  });

  it('must not lie on the bytes of the input', () => {
    const { buffer } = new Float32Array(8);
    const overlap = /out must not overlap the input.*array of its own/;
    expect(() => encode(new Float32Array(buffer), 'float16', { out: new Uint16Array(buffer, 16, 8) })).toThrow(overlap);
    expect(() => decode(new Uint16Array(buffer, 0, 8), 'float16', { out: new Float32Array(buffer) })).toThrow(overlap);
    expect(() => round(new Float32Array(buffer, 0, 4), 'float16', { out: new Float32Array(buffer, 4, 4) })).toThrow(overlap);
    expect(() => round(new Int32Array(buffer), 'float16', { out: new Float32Array(buffer) })).toThrow(RangeError);
  });
});

describe('codes', () => {
  it('of the wrong class are refused, naming fromBytes', () => {
    expect(() => decode(wrong(new Uint8Array(2)), 'float16')).toThrow(TypeError);
    expect(() => decode(wrong(new Uint8Array(2)), 'bfloat16')).toThrow(
      /bits of bfloat16 must be a Uint16Array, got \[object Uint8Array\].*fromBytes\(\) first/,
    );
    expect(() => decode(wrong(new Uint16Array(2)), 'float8_e4m3fn')).toThrow(/must be a Uint8Array/);
    expect(() => decode(wrong([0x3c00]), 'float16')).toThrow(TypeError);
    expect(() => decode(wrong(new Int16Array(1)), 'float16')).toThrow(TypeError);
    expect(() => decode(wrong(undefined), 'float16')).toThrow(/got undefined/);
    expect(() => toBytes(wrong(new Float32Array(1)))).toThrow(/Pass the result of encode\(\)/);
  });
});

describe('fromBytes', () => {
  it('refuses bits of odd length, saying where it looked', () => {
    expect(() => fromBytes(new Uint8Array(5), 'float16')).toThrow(RangeError);
    expect(() => fromBytes(new ArrayBuffer(8), 'bfloat16', { byteOffset: 1 })).toThrow(
      /bfloat16 needs an even number of bytes from byteOffset 1 on, got 7.*cut short/,
    );
  });

  it.each([-1, 1.5, 9, NaN, '0'])('refuses the byteOffset %s of 8 bytes', (byteOffset) => {
    expect(() => fromBytes(new ArrayBuffer(8), 'float16', { byteOffset: wrong(byteOffset) })).toThrow(
      /byteOffset must be a whole number from 0 to 8/,
    );
  });

  it.each([-1, 0.5, 4, Infinity, null])('refuses the length %s where 3 codes are left', (length) => {
    expect(() => fromBytes(new ArrayBuffer(8), 'float16', { byteOffset: 1, length: wrong(length) })).toThrow(
      /length must be a whole number from 0 to 3/,
    );
  });

  it.each([null, undefined, 'abc', [1, 2], 5])('refuses %s as a buffer', (buffer) => {
    expect(() => fromBytes(wrong(buffer), 'float16')).toThrow(TypeError);
    expect(() => fromBytes(wrong(buffer), 'float16')).toThrow(/Pass the bytes as read from the file/);
  });
});
