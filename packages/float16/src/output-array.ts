import { show } from './name.ts';
import { typedArrayName } from './numeric-array.ts';

const classes = { Uint8Array, Uint16Array, Float32Array } as const;

interface OutputClasses {
  readonly Uint8Array: Uint8Array;
  readonly Uint16Array: Uint16Array;
  readonly Float32Array: Float32Array;
}

/** The class that holds the codes of a format with this many bits. */
export function codeClass(bits: 8 | 16): 'Uint8Array' | 'Uint16Array' {
  return bits === 8 ? 'Uint8Array' : 'Uint16Array';
}

/**
 * Takes the caller's `out` after checking its class, its length and that writing it cannot destroy input that is still
 * to be read; makes a new array where there is none.
 */
export function outputArray<C extends keyof OutputClasses>(
  wanted: C,
  input: ArrayLike<number>,
  out: unknown,
  inPlace: 'may be the input' | 'never the input',
): OutputClasses[C] {
  if (out === undefined) return new classes[wanted](input.length) as unknown as OutputClasses[C];
  if (typedArrayName(out) !== wanted) {
    throw new TypeError(`[float16] out must be a ${wanted}, got ${show(out)}. Pass new ${wanted}(${input.length}) or leave it out.`);
  }
  const array = out as OutputClasses[C];
  if (array.length !== input.length) {
    throw new RangeError(`[float16] out must have the length of the input, ${input.length}, got ${array.length}. Pass a subarray of the right length.`);
  }
  if (ArrayBuffer.isView(input) && overlaps(input, array)) {
    const same = inPlace === 'may be the input' && typedArrayName(input) === wanted && input.byteOffset === array.byteOffset;
    if (!same) throw new RangeError(`[float16] out must not overlap the input, got two views of the same bytes. Pass an array of its own.`);
  }
  return array;
}

function overlaps(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
