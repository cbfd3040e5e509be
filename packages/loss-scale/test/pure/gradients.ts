/** Numbers of a golden file: non-finite ones are strings. */
export type GoldenNumbers = readonly (number | string)[];

/** The gradients of one optimizer, one a parameter. */
export type Gradients = readonly (Float32Array | null)[];

/** Reads golden numbers into float32. */
export function float32(values: GoldenNumbers): Float32Array {
  return Float32Array.from(values, Number);
}

/** Reads a list that may hold nulls. */
export function float32Each(values: readonly (GoldenNumbers | null)[]): Gradients {
  return values.map((value) => (value === null ? null : float32(value)));
}

/** Multiplies by one float32 factor, each product rounded once. */
export function times(grads: Gradients, factor: number): Gradients {
  return grads.map((grad) => grad?.map((value) => value * factor) ?? null);
}

/** Adds micro-batches in float32, in order. */
export function plus(left: Gradients, right: Gradients): Gradients {
  return left.map((grad, p) => {
    const other = right[p] ?? null;
    if (grad === null || other === null) return grad ?? other;
    return grad.map((value, i) => value + other[i]!);
  });
}

/** Whether every number of every gradient is finite. */
export function allFinite(grads: Gradients): boolean {
  return grads.every((grad) => grad === null || grad.every((value) => Number.isFinite(value)));
}

/** The inverse as PyTorch takes it: in double, then narrowed. */
export function inverse(scale: number): number {
  return Math.fround(1 / scale);
}

/** The Euclidean norm over all of them, in float32. */
export function norm(grads: Gradients): number {
  const norms = grads
    .filter((grad) => grad !== null)
    .map((grad) => Math.fround(Math.sqrt(grad.reduce((sum, value) => sum + value * value, 0))));
  return Math.fround(Math.sqrt(norms.reduce((sum, value) => sum + value * value, 0)));
}
