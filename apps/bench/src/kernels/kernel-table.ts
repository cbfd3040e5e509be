import { milliseconds, ratio, whole } from '../figures.ts';
import type { Machine } from '../machine.ts';
import type { Spread } from '../statistics.ts';
import type { TextTable } from '../table.ts';
import type { Rate } from './kernel-case.ts';

/** One operation on one shape; lists have one entry a contestant, stock first. */
export interface KernelRow {
  readonly name: string;
  readonly group: string;
  readonly rate: Rate;
  readonly work: number;
  readonly ms: readonly Spread[];
  /** Dispatches of one run, or TensorFlow's ops. */
  readonly dispatches: readonly number[];
  /** Time over stock's, pair by pair; none for stock itself. */
  readonly ratios: readonly Spread[];
}

/** What `kernels` found. */
export interface KernelsResult {
  readonly kind: 'kernels';
  readonly pairs: number;
  /** What `dispatches` of the rows counts; dispatches unless said. */
  readonly counted?: 'dispatches' | 'ops';
  readonly contestants: readonly string[];
  readonly rows: readonly KernelRow[];
  readonly machine: Machine;
}

/** Bytes of an element where a rate is given in bytes: what float32 would move, on every contestant, so that rates compare. */
const ELEMENT_BYTES = 4;

/**
 * The rate of a time.
 *
 * Pure.
 *
 * @param work - operations or elements of one run
 * @param ms - milliseconds of one run
 * @returns billions of operations, or of float32-sized bytes, in a second
 *
 * @example
 * rateOf({ rate: 'GFLOP/s', work: 2e9 }, 1000); // 2
 */
export function rateOf({ rate, work }: Pick<KernelRow, 'rate' | 'work'>, ms: number): number {
  return (work * (rate === 'GB/s' ? ELEMENT_BYTES : 1)) / (ms * 1e6);
}

/** Kernels as rows. Pure. */
export function kernelTable({ contestants, rows, counted = 'dispatches' }: KernelsResult): TextTable {
  const others = contestants.slice(1);
  return {
    head: ['kernel', 'unit', ...contestants.flatMap((name) => [name, 'rate']), ...others.map((name) => `${name} / stock`), counted],
    rows: rows.map((row) => [
      row.name,
      row.rate,
      ...row.ms.flatMap(({ median }) => [milliseconds(median), rateOf(row, median).toPrecision(3)]),
      ...row.ratios.map(({ median, p10, p90 }) => `${ratio(median)} (${ratio(p10)}-${ratio(p90)})`),
      row.dispatches.map(whole).join(' / '),
    ]),
  };
}
