import { Float16Array as Ponyfill } from '@petamoriken/float16';
import { goldenBytes } from '@halftone/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encode } from '../../src/index.ts';
import { mismatches } from './mismatches.ts';

const platform = (globalThis as { Float16Array?: unknown }).Float16Array;
const kind = platform === undefined ? 'the ponyfill @petamoriken/float16 (this Node has no native one)' : 'the native Float16Array';

/** Encodes once with a Float16Array in the platform and once without, on inputs that go through it where there is one. */
function both(values: Float64Array): { through: Uint16Array; own: Uint16Array } {
  vi.stubGlobal('Float16Array', platform ?? Ponyfill);
  const through = encode(values, 'float16');
  vi.stubGlobal('Float16Array', undefined);
  return { through, own: encode(values, 'float16') };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe(`with ${kind}`, () => {
  it('gives the same bits as our own arithmetic on every golden float64, NaNs included', () => {
    const doubles = new Float64Array(goldenBytes('codec/f64.u64').buffer);
    const { through, own } = both(doubles);
    expect(through).toEqual(own);
    expect(mismatches(own, new Uint16Array(goldenBytes('codec/f64_to_f16.u16').buffer), 'float16')).toEqual([]);
  });

  it('writes the one canonical NaN for NaNs of any sign and payload', () => {
    const words = new BigUint64Array(1000).fill(0x7ff8000000000000n);
    for (let i = 0; i < words.length; i++) words[i]! |= (BigInt(i) << 40n) | (i % 2 === 0 ? 1n << 63n : 0n) | 1n;
    const { through, own } = both(new Float64Array(words.buffer));
    expect(new Set(through)).toEqual(new Set([0x7e00]));
    expect(own).toEqual(through);
  });

  it('is really used for long float64 arrays, and not where the options mean something else', () => {
    let used = 0;
    const Base = (platform ?? Ponyfill) as new (buffer: ArrayBuffer, byteOffset: number, length: number) => object;
    const Counting = function (buffer: ArrayBuffer, byteOffset: number, length: number): object {
      if (length > 2) used++; // the probe has two values
      return new Base(buffer, byteOffset, length);
    };
    vi.stubGlobal('Float16Array', Counting);
    const values = new Float64Array(1000).fill(0.1);
    encode(values, 'float16');
    expect(used).toBe(1);
    encode(values, 'bfloat16');
    encode(values, 'float16', { rounding: 'toward-zero' });
    encode(values, 'float16', { overflow: 'saturate' });
    encode(values.subarray(0, 10), 'float16');
    encode(Array.from(values), 'float16');
    expect(used).toBe(1);
  });

  it('is left alone where it rounds twice', () => {
    // An implementation that narrows to float32 first, as some engines' early ones did.
    class RoundsTwice {
      readonly target: Uint16Array;
      constructor(buffer: ArrayBuffer, byteOffset: number, length: number) {
        this.target = new Uint16Array(buffer, byteOffset, length);
      }
      set(values: ArrayLike<number>): void {
        encode(Float32Array.from(values), 'float16', { out: this.target });
      }
    }
    const trap = new Float64Array(1000).fill(1 + 2 ** -11 + 2 ** -40);
    vi.stubGlobal('Float16Array', RoundsTwice);
    expect(new Set(encode(trap, 'float16'))).toEqual(new Set([0x3c01]));
  });
});
