import { show } from '../bytes/model-file-error.ts';
import type { KerasObject } from './hand-over.ts';

/** An object in the form that Keras 3 serializes its own classes in. */
export function kerasObject(module: string, className: string, config: Readonly<Record<string, unknown>>): KerasObject {
  return { module, class_name: className, config, registered_name: null };
}

/** Whether it has the form of an object that Keras serialized. */
export function isKerasObject(value: unknown): value is KerasObject {
  return isRecord(value) && typeof value['class_name'] === 'string' && isRecord(value['config']);
}

/** Whether it is a plain object of JSON. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values of JSON are the same, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, index) => sameJson(value, b[index]));
  if (!isRecord(a) || !isRecord(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

/** A value of a config for a message. */
export function showValue(value: unknown): string {
  return isKerasObject(value) ? value.class_name : show(value);
}
