import { describe, expect, it } from 'vitest';
import { decode, encode, fromBytes, toBytes } from '../../src/index.ts';
import { allCodes, formatNames } from './mismatches.ts';

describe('fromBytes', () => {
  it('reads 16-bit codes at odd offsets, lower byte first', () => {
    const { buffer } = new Uint8Array([9, 0x00, 0x3c, 0x34, 0x12, 9]);
    expect(fromBytes(buffer, 'float16', { byteOffset: 1, length: 2 })).toEqual(new Uint16Array([0x3c00, 0x1234]));
  });

  it('reads to the end where no length is given', () => {
    expect(fromBytes(new Uint8Array([1, 2, 3, 4, 5]), 'bfloat16', { byteOffset: 1 })).toEqual(new Uint16Array([0x0302, 0x0504]));
    expect(fromBytes(new Uint8Array([1, 2, 3]), 'float8_e5m2', { byteOffset: 1 })).toEqual(new Uint8Array([2, 3]));
    expect(fromBytes(new Uint8Array(2), 'float16', { byteOffset: 2 })).toEqual(new Uint16Array(0));
  });

  it('keeps to the bounds of a view, as Node puts small files into a shared pool', () => {
    const pooled = Buffer.from([0xff, 0x00, 0x3c, 0xff]).subarray(1, 3);
    expect(fromBytes(pooled, 'float16')).toEqual(new Uint16Array([0x3c00]));
    expect(fromBytes(new DataView(pooled.buffer, pooled.byteOffset, 2), 'float16')).toEqual(new Uint16Array([0x3c00]));
    expect(fromBytes(new SharedArrayBuffer(2), 'float16')).toEqual(new Uint16Array([0]));
  });

  it('copies: later changes of the bytes do not show', () => {
    const bytes = new Uint8Array([0x00, 0x3c]);
    const [half, byte] = [fromBytes(bytes, 'float16'), fromBytes(bytes, 'float8_e5m2')];
    bytes.fill(0);
    expect(half[0]).toBe(0x3c00);
    expect(byte[1]).toBe(0x3c);
  });

  it.each(formatNames)('gives back every code of %s that toBytes wrote', (format) => {
    const codes = allCodes(format);
    expect(fromBytes(toBytes(codes), format)).toEqual(codes);
  });
});

describe('toBytes', () => {
  it('writes the lower byte first, onto a buffer of its own', () => {
    const codes = encode([1, -2], 'float16');
    const bytes = toBytes(codes);
    expect(bytes).toEqual(new Uint8Array([0x00, 0x3c, 0x00, 0xc0]));
    expect(bytes.buffer).not.toBe(codes.buffer);
    expect(toBytes(new Uint8Array([1, 2, 3]).subarray(1))).toEqual(new Uint8Array([2, 3]));
  });

  it('makes a file that decodes to the same numbers', () => {
    const values = Float32Array.from([0.5, -3, 65504]);
    expect(decode(fromBytes(toBytes(encode(values, 'float16')), 'float16'), 'float16')).toEqual(values);
  });
});
