import { describe, expect, expectTypeOf, it } from 'vitest';
import * as float16 from '../../src/index.ts';
import { decode, encode, type Format, fromBytes, round } from '../../src/index.ts';

describe('the interface', () => {
  it('is this list of names', () => {
    expect(Object.keys(float16).sort()).toEqual(['decode', 'encode', 'formats', 'fromBytes', 'round', 'summarize', 'toBytes']);
  });

  it('gives codes the class of their width, in types and at run time', () => {
    const halves = encode([1], 'bfloat16');
    const bytes = encode([1], 'float8_e5m2');
    expectTypeOf(halves).toEqualTypeOf<Uint16Array<ArrayBuffer>>();
    expectTypeOf(bytes).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    expect(halves).toBeInstanceOf(Uint16Array);
    expect(bytes).toBeInstanceOf(Uint8Array);

    const format = 'float16' as Format;
    expectTypeOf(encode([1], format)).toEqualTypeOf<Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>();
    expectTypeOf(fromBytes(new ArrayBuffer(2), format)).toEqualTypeOf<Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>();
    expectTypeOf(fromBytes(new ArrayBuffer(2), 'float16')).toEqualTypeOf<Uint16Array<ArrayBuffer>>();
    expectTypeOf(decode(halves, 'float16')).toEqualTypeOf<Float32Array<ArrayBuffer>>();
    expectTypeOf(round([1], format)).toEqualTypeOf<Float32Array<ArrayBuffer>>();
  });

  it('gives out back with its own type', () => {
    const shared = new Uint16Array(new SharedArrayBuffer(2));
    expectTypeOf(encode([1], 'float16', { out: shared })).toEqualTypeOf<Uint16Array<SharedArrayBuffer>>();
    expect(encode([1], 'float16', { out: shared })).toBe(shared);
  });

  it('lets the compiler refuse codes and outputs of the wrong width', () => {
    // @ts-expect-error a 16-bit format has 16-bit codes
    expect(() => decode(new Uint8Array(2), 'float16')).toThrow(TypeError);
    // @ts-expect-error an 8-bit format writes bytes
    expect(() => encode([1], 'float8_e5m2', { out: new Uint16Array(1) })).toThrow(TypeError);
    // @ts-expect-error no such format
    expect(() => encode([1], 'float32')).toThrow(RangeError);
  });
});
