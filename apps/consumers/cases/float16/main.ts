import { decode, encode, formats, fromBytes, round, summarize } from '@halftone/float16';
import { ensure, same } from '../ensure.ts';

const inputs = [1, -0, 65519.99, 65520, 2 ** -24, 2 ** -25, NaN, 1 + 2 ** -11];
same(encode(inputs, 'float16'), [0x3c00, 0x8000, 0x7bff, 0x7c00, 1, 0, 0x7e00, 0x3c00], 'codes');
same(decode(encode(inputs, 'float16'), 'float16'), [1, 0, 65504, Infinity, 2 ** -24, 0, NaN, 1], 'values');
same(round([0.1, 2049], 'bfloat16'), [0.10009765625, 2048], 'bfloat16');
same(encode([1000], 'float8_e4m3fn', { overflow: 'saturate' }), [0x7e], 'float8');
same(fromBytes(Uint8Array.of(9, 0, 0x3c), 'float16', { byteOffset: 1 }), [0x3c00], 'bytes');
same(summarize([1e6, 1e-9], 'float16').overflow, 1, 'summary');
same(formats.float16.max, 65504, 'formats');

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
const isNan = (code: number): boolean => (code & 0x7fff) > 0x7c00;
const back = encode(decode(all, 'float16'), 'float16');
ensure(
  all.every((code, i) => code === back[i] || (isNan(code) && isNan(back[i] ?? 0))),
  'all 65,536 codes come back',
);
console.log(`Float16Array is ${typeof (globalThis as { Float16Array?: unknown }).Float16Array}, all 65,536 codes come back`);
