/** Numbers worth a look, and what each shows. */
export const presets = [
  { text: '0.1', shows: 'no binary format has it' },
  { text: '1/3', shows: 'every bit of the mantissa is used' },
  { text: '2049', shows: 'float16 counts in twos from 2048 on' },
  { text: '65504', shows: 'the largest float16' },
  { text: '65520', shows: 'the first number that is too large for float16' },
  { text: '1e-8', shows: 'a gradient that float16 loses' },
  { text: '2^-24', shows: 'the smallest float16' },
  { text: '448', shows: 'the largest float8_e4m3fn' },
  { text: '-0', shows: 'zero has two codes' },
  { text: 'inf', shows: 'float8_e4m3fn has no infinity' },
  { text: 'nan', shows: 'not a number' },
] as const satisfies readonly { readonly text: string; readonly shows: string }[];
