import { ModelFileError, show } from '../../bytes/model-file-error.ts';

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An object of the manifest, not yet compared with anything. */
export type JsonRecord = Readonly<Record<string, unknown>>;

const REFUSED_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** The first thing in a value that JSON does not keep as it is, or that is dangerous in a file; in words, `null` for none. */
export function wrongInJson(value: unknown, depth: number): string | null {
  let level: readonly unknown[] = [value];
  for (let at = 0; level.length > 0; at++) {
    if (at > depth) return `more than ${depth} levels`;
    const next: unknown[] = [];
    for (const each of level) {
      const wrong = wrongHere(each);
      if (wrong !== null) return wrong;
      if (typeof each === 'object' && each !== null) for (const child of Object.values(each)) next.push(child);
    }
    level = next;
  }
  return null;
}

function wrongHere(value: unknown): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? null : `the number ${Object.is(value, -0) ? '-0' : value}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return `an object of the class ${value.constructor.name}`;
  const refused = Object.keys(value).find((key) => REFUSED_KEYS.includes(key));
  return refused === undefined ? null : `the key ${show(refused)}`;
}

const corrupt = (where: string, wanted: string, got: unknown): ModelFileError =>
  new ModelFileError(
    `${where} of the checkpoint must be ${wanted}`,
    show(got),
    'The file is corrupt or of another program: restore another one.',
  );

export function asRecord(value: unknown, where: string): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corrupt(where, 'an object', value);
  return value as JsonRecord;
}

export function asList<T>(value: unknown, where: string, read: (item: unknown, where: string) => T): T[] {
  if (!Array.isArray(value)) throw corrupt(where, 'a list', value);
  return value.map((item: unknown) => read(item, `${where} item`));
}

export function asText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw corrupt(where, 'text', value);
  return value;
}

export function asNumber(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw corrupt(where, 'a number', value);
  return value;
}

export function asCount(value: unknown, where: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw corrupt(where, 'a whole number from 0', value);
  return value as number;
}

/** `null` and what is missing stay `null`. */
export function orNull<T>(value: unknown, where: string, read: (value: unknown, where: string) => T): T | null {
  return value === null || value === undefined ? null : read(value, where);
}
