import { splat } from '../map-op.ts';

/** Elements in one value of the text: one number, or four side by side. */
export type Width = 1 | 4;

/** The words in which an expression is written once for both widths. */
export interface Words {
  /** `f32` or `vec4<f32>`. */
  readonly F: string;
  /** `u32` or `vec4<u32>`. */
  readonly U: string;
  /** `bool` or `vec4<bool>`. */
  readonly B: string;
  /** A float32 constant. */
  readonly f: (value: string) => string;
  /** A u32 constant. */
  readonly u: (value: string) => string;
  /** The name of a function of `functions.ts` for this width. */
  readonly fn: (name: string) => string;
}

function wordsOf(width: Width): Words {
  const type = (name: string): string => (width === 1 ? name : `vec4<${name}>`);
  return {
    F: type('f32'),
    U: type('u32'),
    B: type('bool'),
    f: (value) => splat(value, width),
    u: (value) => splat(value, width, 'u32'),
    fn: (name) => `op${name}${width === 1 ? '' : '4'}`,
  };
}

/** The words of either width. */
export const words: Readonly<Record<Width, Words>> = { 1: wordsOf(1), 4: wordsOf(4) };
