/** The part of the platform's `Float16Array` (ES2025) that we use; spelled out because ES2022 typings lack the name. */
interface NativeFloat16Array {
  set(values: ArrayLike<number>): void;
}
type NativeFloat16ArrayClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => NativeFloat16Array;

/**
 * Encodes a typed array to nearest float16 codes with the platform's own `Float16Array`, and says whether it did. It does not
 * where the platform has none or rounds twice. NaNs are made alike afterwards: engines differ in the payload they keep.
 */
export function encodeNatively(values: ArrayLike<number>, out: Uint16Array): boolean {
  const Native = (globalThis as { Float16Array?: NativeFloat16ArrayClass }).Float16Array;
  if (Native === undefined) return false;
  const probe = new Uint16Array(1);
  new Native(probe.buffer, 0, 1).set([1 + 2 ** -11 + 2 ** -40]); // 0x3c01; by way of float32 it becomes a tie and 0x3c00
  if (probe[0] !== 0x3c01) return false;
  new Native(out.buffer, out.byteOffset, out.length).set(values);
  for (let i = 0; i < out.length; i++) {
    if ((out[i]! & 0x7fff) > 0x7c00) out[i] = 0x7e00;
  }
  return true;
}
