import { decode, encode } from '@halftone/float16';
import type { PageChecks } from './page-checks.ts';

interface NativeHalf {
  new (values: ArrayLike<number>): { readonly buffer: ArrayBuffer };
}

const bytesOf = async (path: string): Promise<ArrayBuffer> => (await fetch(`/golden/codec/${path}`)).arrayBuffer();

/** How many codes differ; any NaN is as good as another. */
function differing(codes: Uint16Array, wanted: Uint16Array, format: 'float16' | 'bfloat16'): number {
  const infinity = encode([Infinity], format)[0] ?? 0;
  const isNan = (code: number): boolean => (code & 0x7fff) > infinity;
  return codes.reduce(
    (count, code, i) => count + (code === wanted[i] || (isNan(code) && isNan(wanted[i] ?? 0)) ? 0 : 1),
    codes.length === wanted.length ? 0 : 1,
  );
}

/** The codec against golden numbers from numpy and ml_dtypes, and against the browser's own Float16Array. */
export async function checkCodec({ same, note }: PageChecks): Promise<void> {
  const inputs = new Float32Array(await bytesOf('f32.u32'));
  for (const [format, file] of [
    ['float16', 'f32_to_f16.u16'],
    ['bfloat16', 'f32_to_bf16.u16'],
  ] as const) {
    same(`the codec gives the golden ${format} codes`, differing(encode(inputs, format), new Uint16Array(await bytesOf(file)), format), 0);
  }
  const table = new Uint32Array(await bytesOf('f16_to_f32.u32'));
  const codes = Uint16Array.from(table, (_, i) => i);
  const bits = new Uint32Array(decode(codes, 'float16').buffer);
  same('the codec decodes all float16 codes', bits.filter((word, i) => word !== table[i] && (word & 0x7fffffff) <= 0x7f800000).length, 0);
  const { Float16Array: Native } = globalThis as { Float16Array?: NativeHalf };
  note('native Float16Array', Native === undefined ? 'no' : 'yes');
  if (Native === undefined) return;
  same(
    'the codec gives the bits of Float16Array',
    differing(encode(inputs, 'float16'), new Uint16Array(new Native(inputs).buffer), 'float16'),
    0,
  );
}
