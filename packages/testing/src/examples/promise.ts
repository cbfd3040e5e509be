import { compileFunction } from 'node:vm';

/**
 * The values that a comment behind a statement promises: `512`, `'ok'`, `{ status: 'ok' }`, `Float32Array [1, 2]`, `1: a remark`, `'f16', or 'packed-f16'`.
 *
 * Pure. Names are no values, so that a remark in words promises nothing.
 *
 * @param comment - without its slashes
 * @returns any of these may come; none when the comment is a remark
 *
 * @example
 * promisedValues('Uint16Array [0x3c00]: one'); // [Uint16Array.of(0x3c00)]
 * promisedValues("'f16', or 'packed-f16' elsewhere"); // ['f16', 'packed-f16']
 * promisedValues('the first of them'); // []
 */
export function promisedValues(comment: string): readonly unknown[] {
  const whole = literal(comment);
  if (whole !== undefined) return [whole.value];
  const found = comment.split(/, or /).map((part) => literal(part) ?? literal(part.replace(/(: | — | where | on | elsewhere|, ).*$/, '')));
  return found[0] === undefined ? [] : found.flatMap((one) => (one === undefined ? [] : [one.value]));
}

const LITERAL = /^(-?[\d.]|-?Infinity$|NaN$|true$|false$|null$|undefined$|'|"|\[|\{|new |\w+Array(\.of\(|\())/;

function literal(text: string): { readonly value: unknown } | undefined {
  const code = text.trim().replace(/^(\w+Array) \[(.*)\]$/, 'new $1([$2])');
  if (!LITERAL.test(code)) return undefined;
  try {
    const plain = code.replace(/^(-?[\d,]+)$/, (digits) => digits.replaceAll(',', ''));
    return { value: (compileFunction(`'use strict'; return (${plain});`) as () => unknown)() };
  } catch {
    return undefined; // words after all
  }
}
