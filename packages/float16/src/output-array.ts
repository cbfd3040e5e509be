import { message } from './message.ts';
import { typedArrayName } from './numeric-array.ts';

type Output = Uint8Array | Uint16Array | Float32Array;
type OutputClass<T extends Output> = { readonly name: string; new (length: number): T };

/** The class that holds the codes of a format with this many bits. */
export function codeClass(bits: 8 | 16): OutputClass<Uint8Array | Uint16Array> {
  return bits === 8 ? Uint8Array : Uint16Array;
}

/**
 * Takes the caller's `out` after checking its class, its length and that writing it cannot destroy input that is still to
 * be read; makes a new array where there is none. Only an array of the same class may be the input itself.
 */
export function outputArray<T extends Output>(wanted: OutputClass<T>, input: ArrayLike<number>, out: unknown): T {
  if (out === undefined) return new wanted(input.length);
  const { name } = wanted;
  const array = out as T;
  if (typedArrayName(out) !== name) throw new TypeError(message(`out must be a ${name}`, out, 'Pass one or leave it out.'));
  if (array.length !== input.length) {
    throw new RangeError(message(`out must have the length ${input.length}`, array.length, 'Pass a subarray.'));
  }
  if (ArrayBuffer.isView(input) && overlaps(input, array) && !(typedArrayName(input) === name && input.byteOffset === array.byteOffset)) {
    throw new RangeError(message('out must not overlap the input', out, 'Pass an array of its own.'));
  }
  return array;
}

function overlaps(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}
