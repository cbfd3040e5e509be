import type { Codec, Element, LowerOptions } from './request.ts';

/** How many numbers a helper converts at once. */
export type Width = 1 | 2 | 4;

/** Types of one width: floats, their 16-bit codes, and the words that codes are packed in. */
const WIDTHS = {
  1: { floats: 'f32', codes: 'u32', words: 'u32' },
  2: { floats: 'vec2<f32>', codes: 'vec2<u32>', words: 'u32' },
  4: { floats: 'vec4<f32>', codes: 'vec4<u32>', words: 'vec2<u32>' },
} as const satisfies Record<Width, { floats: Element; codes: string; words: string }>;

/** Names of the helpers that a shader needs, and their text so far. */
export interface Helpers {
  readonly prefix: string;
  readonly options: Required<LowerOptions>;
  readonly text: Map<string, string>;
}

/** Adds a helper function unless it is there; returns its name. */
function define({ prefix, text }: Helpers, name: string, write: (full: string) => string): string {
  const full = `${prefix}${name}`;
  if (!text.has(full)) text.set(full, write(full));
  return full;
}

/** Codes of the format in 16 bits each, put together two to a word, the first in the low half. */
function packed(codes: string, width: Width): string {
  if (width === 1) return codes;
  if (width === 2) return `${codes}.x | (${codes}.y << 16u)`;
  return `vec2<u32>(${codes}.x | (${codes}.y << 16u), ${codes}.z | (${codes}.w << 16u))`;
}

/** The codes of a word; of a single one the upper half is not looked at. */
function unpacked(word: string, width: Width): string {
  if (width === 1) return `${word} & 0xffffu`;
  if (width === 2) return `vec2<u32>(${word} & 0xffffu, ${word} >> 16u)`;
  return `vec4<u32>(${word}.x & 0xffffu, ${word}.x >> 16u, ${word}.y & 0xffffu, ${word}.y >> 16u)`;
}

const LARGEST = { float16: '0x477fe000u', bfloat16: '0x7f7f0000u' } as const;

/**
 * The name of a function from floats to floats that moves what is too large, infinities included, to the largest finite
 * number of the format. It works on bits, since WGSL promises nothing about NaN in `clamp`.
 */
export function saturating(helpers: Helpers, format: keyof typeof LARGEST, width: Width): string {
  const { floats, codes } = WIDTHS[width];
  return define(
    helpers,
    `saturate_${format}_${width}`,
    (name) => `fn ${name}(value : ${floats}) -> ${floats} {
  let bits = bitcast<${codes}>(value);
  let magnitude = bits & ${codes}(0x7fffffffu);
  let limited = min(magnitude, ${codes}(${LARGEST[format]}));
  return bitcast<${floats}>((bits & ${codes}(0x80000000u)) | select(limited, magnitude, magnitude > ${codes}(0x7f800000u)));
}`,
  );
}

/**
 * The name of a function from floats to packed words. Software rounds to nearest even: below 2^-14 by shifting the
 * mantissa to a multiple of 2^-24, above by adding half a last place; a carry runs into the exponent as it should,
 * and what passes the largest number is cut at infinity.
 */
export function narrowing(helpers: Helpers, codec: Codec, width: Width): string {
  const { options } = helpers;
  const { floats, codes, words } = WIDTHS[width];
  const format = codec === 'bfloat16' ? 'bfloat16' : 'float16';
  const value = options.overflow === 'saturate' ? `${saturating(helpers, format, width)}(value)` : 'value';
  if (format === 'float16' && options.narrow === 'hardware')
    return define(helpers, `narrow_${format}_${width}`, (name) => hardwareNarrowing(name, value, width));
  const c = (bits: string): string => `${codes}(${bits}u)`;
  return define(
    helpers,
    `narrow_${format}_${width}`,
    (name) => `fn ${name}(value : ${floats}) -> ${words} {
  let bits = bitcast<${codes}>(${value});
  let magnitude = bits & ${c('0x7fffffff')};
  let isNan = magnitude > ${c('0x7f800000')};
${format === 'bfloat16' ? bfloat16Code(c) : float16Code(c)}
  return ${packed('code', width)};
}`,
  );
}

function bfloat16Code(c: (bits: string) => string): string {
  return `  let rounded = (bits + ${c('0x7fff')} + ((bits >> ${c('16')}) & ${c('1')})) >> ${c('16')};
  let code = select(rounded, (bits >> ${c('16')}) | ${c('0x40')}, isNan);`;
}

function float16Code(c: (bits: string) => string): string {
  return `  let isSmall = magnitude < ${c('0x38800000')};
  let shift = min(${c('126')} - (magnitude >> ${c('23')}), ${c('25')});
  let mantissa = (magnitude & ${c('0x7fffff')}) | ${c('0x800000')};
  let small = (mantissa + (${c('1')} << (shift - ${c('1')})) - ${c('1')} + ((mantissa >> shift) & ${c('1')})) >> shift;
  let large = (magnitude - ${c('0x38000000')} + ${c('0xfff')} + ((magnitude >> ${c('13')}) & ${c('1')})) >> ${c('13')};
  let finite = select(min(large, ${c('0x7c00')}), small, isSmall);
  let nan = ${c('0x7e00')} | ((magnitude >> ${c('13')}) & ${c('0x3ff')});
  let code = ((bits >> ${c('16')}) & ${c('0x8000')}) | select(finite, nan, isNan);`;
}

function hardwareNarrowing(name: string, value: string, width: Width): string {
  const { floats, words } = WIDTHS[width];
  const result = {
    1: 'pack2x16float(vec2<f32>(limited, 0.0))',
    2: 'pack2x16float(limited)',
    4: 'vec2<u32>(pack2x16float(limited.xy), pack2x16float(limited.zw))',
  }[width];
  return `fn ${name}(value : ${floats}) -> ${words} {
  let limited = ${value};
  return ${result};
}`;
}

/** The name of a function from packed words to floats, exact in software; subnormals are scaled by 2^-24. */
export function widening(helpers: Helpers, codec: Codec, width: Width): string {
  const { options } = helpers;
  const { floats, codes, words } = WIDTHS[width];
  const format = codec === 'bfloat16' ? 'bfloat16' : 'float16';
  const c = (bits: string): string => `${codes}(${bits}u)`;
  const hardware = {
    1: 'unpack2x16float(words).x',
    2: 'unpack2x16float(words)',
    4: 'vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y))',
  }[width];
  const float16 = `  let code = ${unpacked('words', width)};
  let magnitude = code & ${c('0x7fff')};
  let normal = (magnitude << ${c('13')}) + ${c('0x38000000')};
  let small = bitcast<${codes}>(${floats}(magnitude) * ${floats}(0x1p-24f));
  let finite = select(normal, small, magnitude < ${c('0x400')});
  let bits = select(finite, (magnitude << ${c('13')}) | ${c('0x7f800000')}, magnitude >= ${c('0x7c00')});
  return bitcast<${floats}>(bits | ((code & ${c('0x8000')}) << ${c('16')}));`;
  const bfloat16 = `  let code = ${unpacked('words', width)};
  return bitcast<${floats}>(code << ${c('16')});`;
  const body = format === 'bfloat16' ? bfloat16 : options.widen === 'hardware' ? `  return ${hardware};` : float16;
  return define(helpers, `widen_${format}_${width}`, (name) => `fn ${name}(words : ${words}) -> ${floats} {\n${body}\n}`);
}
