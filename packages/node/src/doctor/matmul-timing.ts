import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { dispose, matMul, slice, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Precision } from '@halftone/policy';
import { autocast } from '@halftone/autocast';
import { randomNumbers } from './random-numbers.ts';

/** One product of two square matrices, timed. */
export interface MatmulRow {
  readonly precision: Precision;
  /** Rows, columns and depth. */
  readonly size: number;
  /** Median time of one product, with the device waited for. */
  readonly milliseconds: number;
  readonly gigaflops: number;
  /** Largest difference from the product in float64 over a few rows, divided by the largest element. */
  readonly maxError: number;
}

export interface MatmulOptions {
  readonly size: number;
  /** Timings of which the median is taken. Default 5. */
  readonly repeats?: number;
  /** A timing covers as many products as take this long. Default 20. */
  readonly leastMilliseconds?: number;
}

const CHECKED_ROWS = 4;

/**
 * Times a product of two random matrices on the current backend and holds it against float64.
 *
 * Inputs lie in [-1, 1); the first product, which casts them, is not timed. Waits for the device; frees what it made.
 *
 * @throws Error of autocast where the backend has no such format
 */
export function timeMatmul(precision: Precision, { size, repeats = 5, leastMilliseconds = 20 }: MatmulOptions): MatmulRow {
  const [a, b] = [randomNumbers(size * size, 1), randomNumbers(size * size, 2)];
  const inputs = [tensor2d(a, [size, size]), tensor2d(b, [size, size])] as const;
  try {
    const product = (rows: number): Tensor2D =>
      autocast(precision, () =>
        rows === size ? matMul<Tensor2D>(...inputs) : slice<Rank.R2, Tensor2D>(matMul(...inputs), [0, 0], [rows, size]),
      );
    const maxError = errorOf(product, { a, b, size }); // the first product is the warm-up
    const timeOf = (count: number): number => timeProducts(product, { count, size });
    const batch = batchFor(timeOf, leastMilliseconds);
    const times = Array.from({ length: repeats }, () => timeOf(batch) / batch).sort((x, y) => x - y);
    const milliseconds = times[repeats >> 1] as number;
    return { precision, size, milliseconds, gigaflops: (2 * size ** 3) / milliseconds / 1e6, maxError };
  } finally {
    dispose([...inputs]);
  }
}

/** Gives the first rows of the product, which is computed whole. */
type Product = (rows: number) => Tensor2D;

/** Runs products back to back and waits for the last one by reading a row of it. */
function timeProducts(product: Product, { count, size }: { readonly count: number; readonly size: number }): number {
  const start = performance.now();
  for (let i = 1; i < count; i++) tidy(() => void product(size));
  tidy(() => product(1).dataSync());
  return performance.now() - start;
}

function batchFor(timeOf: (count: number) => number, leastMilliseconds: number): number {
  let batch = 1;
  while (batch < 1024 && timeOf(batch) < leastMilliseconds) batch *= 2;
  return batch;
}

interface Factors {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly size: number;
}

function errorOf(product: Product, { a, b, size }: Factors): number {
  const rows = Math.min(CHECKED_ROWS, size);
  const given = tidy(() => product(rows).dataSync());
  let [error, largest] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const wanted = exactRow(a, b, { row, size });
    for (let column = 0; column < size; column++) {
      const exact = wanted[column] as number;
      error = Math.max(error, Math.abs((given[row * size + column] as number) - exact));
      largest = Math.max(largest, Math.abs(exact));
    }
  }
  return error / largest;
}

function exactRow(a: Float32Array, b: Float32Array, { row, size }: { readonly row: number; readonly size: number }): Float64Array {
  const sums = new Float64Array(size);
  for (let inner = 0; inner < size; inner++) {
    const factor = a[row * size + inner] as number;
    for (let column = 0; column < size; column++) sums[column] = (sums[column] as number) + factor * (b[inner * size + column] as number);
  }
  return sums;
}
