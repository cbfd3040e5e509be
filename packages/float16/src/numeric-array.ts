import { show } from './name.ts';

/** The name of a typed array's class, also for one from another realm (an iframe, a `vm` context); `''` for anything else. */
export function typedArrayName(value: unknown): string {
  return ArrayBuffer.isView(value) ? ((value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '') : '';
}

function remedy(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'dataSync' in value) return 'Pass `await tensor.data()`.';
  if (value instanceof ArrayBuffer || value instanceof DataView) return 'Raw bytes of codes go through fromBytes(); raw floats through new Float32Array(buffer).';
  if (typedArrayName(value).startsWith('Big')) return 'Convert with Array.from(values, Number).';
  return 'Pass a Float32Array, another typed array or an array of numbers.';
}

/** Throws unless `values` is a typed array of numbers or an array-like object; plain elements are checked when they are read. */
export function checkNumeric(values: unknown): asserts values is ArrayLike<number> {
  const name = typedArrayName(values);
  const numeric = name !== '' ? !name.startsWith('Big') && name !== 'DataView' : isArrayLike(values);
  if (!numeric) throw new TypeError(`[float16] values must be an array of numbers, got ${show(values)}. ${remedy(values)}`);
}

function isArrayLike(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { length } = value as { length?: unknown };
  return Number.isSafeInteger(length) && (length as number) >= 0;
}

/** Copies a run of checked values into float64 scratch, so that every later loop sees one kind of array. */
export function readDoubles(values: ArrayLike<number>, start: number, doubles: Float64Array): void {
  if (ArrayBuffer.isView(values)) {
    doubles.set((values as unknown as Float64Array).subarray(start, start + doubles.length));
    return;
  }
  for (let i = 0; i < doubles.length; i++) {
    const value = values[start + i];
    if (typeof value !== 'number') {
      throw new TypeError(`[float16] values[${start + i}] must be a number, got ${show(value)}. Flatten nested arrays and convert other types with Number() first.`);
    }
    doubles[i] = value;
  }
}
