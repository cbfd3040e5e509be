import { message } from './message.ts';

/** The name of a typed array's class, also for one from another realm (an iframe, a `vm` context); `undefined` for anything else. */
export function typedArrayName(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : undefined;
}

/** Throws unless `values` is a typed array of numbers or an array-like object; plain elements are checked when they are read. */
export function checkNumeric(values: unknown): asserts values is ArrayLike<number> {
  const name = typedArrayName(values);
  if (name ? !/Big|View/.test(name) : typeof values === 'object' && Number.isSafeInteger((values as ArrayLike<number> | null)?.length))
    return;
  throw new TypeError(
    message(
      'values must be an array of numbers',
      values,
      'Pass a typed array; of a tensor `await tensor.data()`; raw bytes go through fromBytes().',
    ),
  );
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
      throw new TypeError(message(`values[${start + i}] must be a number`, value, 'Flatten nested arrays, convert with Number().'));
    }
    doubles[i] = value;
  }
}
