import type { MapOp, MapType } from '../map-op.ts';
import { functionTexts } from './functions.ts';
import type { Words } from './words.ts';
import { words } from './words.ts';

/** How the expression of a row is written: with the words of its width and the names of its arguments. */
export type Expression = (w: Words, ...args: string[]) => string;

/**
 * Makes a row of the table.
 *
 * @param signature - types of the arguments and of the result: `'ff>b'`
 * @param calls - functions of `functions.ts` that the expression calls
 */
export function row(signature: string, expression: Expression, calls: readonly string[] = []): MapOp {
  const [args = '', result = 'f'] = signature.split('>');
  return {
    args: Array.from(args) as MapType[],
    result: result as MapType,
    code: (names, width) => expression(words[width], ...names),
    ...(calls.length === 0 ? {} : { functions: (width) => functionTexts(calls, width) }),
  };
}

/** A row that is one call of a function of `functions.ts`. */
export function callRow(signature: string, name: string): MapOp {
  return row(signature, ({ fn }, ...args) => `${fn(name)}(${args.join(', ')})`, [name]);
}
