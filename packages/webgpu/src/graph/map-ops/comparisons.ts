import type { MapOp } from '../map-op.ts';
import { row } from './row.ts';

const ordered = (operator: string): MapOp =>
  row('ff>b', ({ fn }, a, b) => `((${a} ${operator} ${b}) & !${fn('Unordered')}(${a}, ${b}))`, ['Unordered']);
const whole = (operator: string): MapOp => row('ii>b', (_, a, b) => `(${a} ${operator} ${b})`);

/** Comparisons, and what is done with their results. NaN equals nothing and is neither less nor greater. */
export const comparisonOps: Readonly<Record<string, MapOp>> = {
  Equal: ordered('=='),
  Greater: ordered('>'),
  GreaterEqual: ordered('>='),
  Less: ordered('<'),
  LessEqual: ordered('<='),
  NotEqual: row('ff>b', ({ fn }, a, b) => `((${a} != ${b}) | ${fn('Unordered')}(${a}, ${b}))`, ['Unordered']),
  'Equal.i32': whole('=='),
  'Greater.i32': whole('>'),
  'GreaterEqual.i32': whole('>='),
  'Less.i32': whole('<'),
  'LessEqual.i32': whole('<='),
  'NotEqual.i32': whole('!='),
  LogicalAnd: row('bb>b', (_, a, b) => `(${a} & ${b})`),
  LogicalOr: row('bb>b', (_, a, b) => `(${a} | ${b})`),
  /** condition, then, else. */
  Select: row('bff>f', (_, condition, t, e) => `select(${e}, ${t}, ${condition})`),
  'Select.i32': row('bii>i', (_, condition, t, e) => `select(${e}, ${t}, ${condition})`),
};
