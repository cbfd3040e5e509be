import type { DataType } from '@tensorflow/tfjs-core';
import type { MapType } from '../map-op.ts';
import { splat } from '../map-op.ts';
import type { Width } from './words.ts';

/** What a tensor's elements are to an expression, by the dtype of its data. */
export const mapTypes: Readonly<Partial<Record<DataType, MapType>>> = { float32: 'f', int32: 'i', bool: 'b' };

const WGSL = { f: 'f32', i: 'i32', b: 'bool' } as const satisfies Record<MapType, string>;

/**
 * A value as another type: to bool by being other than zero (NaN is), to int32 by dropping the fraction, from bool as 0
 * or 1.
 *
 * Pure.
 *
 * @param value - a name or an expression in parentheses
 *
 * @example
 * convertValue('x', 'b', 'f', 4); // 'vec4<f32>(x)'
 */
export function convertValue(value: string, from: MapType, to: MapType, width: Width): string {
  if (from === to) return value;
  const type = (name: string): string => (width === 1 ? name : `vec4<${name}>`);
  if (to !== 'b') return `${type(WGSL[to])}(${value})`;
  if (from === 'i') return `(${value} != ${splat('0', width, 'i32')})`;
  return `((bitcast<${type('u32')}>(${value}) & ${splat('0x7fffffffu', width, 'u32')}) != ${splat('0u', width, 'u32')})`;
}
