import type { Source } from './source.ts';
import { afterAttributes, afterTemplate, closing, expect, refusal, textAt, tokenAt } from './source.ts';

/** A `var` of the module; indices are of tokens. */
export interface Variable {
  readonly name: string;
  readonly at: number;
  /** Address space and access mode as written, such as `storage,read_write`. */
  readonly space: string;
  /** First token of the type and the one behind its last; equal where no type is written. */
  readonly type: readonly [start: number, end: number];
  readonly end: number;
}

/** A function; `body` is its opening brace. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly at: number;
  readonly parameters: readonly number[];
  readonly body: number;
  readonly end: number;
}

/** What a shader declares at its top. */
export interface Module {
  readonly variables: readonly Variable[];
  readonly functions: readonly FunctionDeclaration[];
  /** Indices of all declared names: variables, functions, structs, aliases, constants. */
  readonly names: readonly number[];
  /** Extensions that the shader enables itself. */
  readonly enables: readonly string[];
}

const DIRECTIVES: readonly string[] = ['enable', 'requires', 'diagnostic'];
const NAMED: readonly string[] = ['const', 'override', 'alias', 'struct'];

/**
 * Reads the declarations of a shader, without looking into function bodies.
 *
 * @throws LoweringError where a declaration of another kind stands
 */
export function parseModule(source: Source): Module {
  const variables: Variable[] = [];
  const functions: FunctionDeclaration[] = [];
  const names: number[] = [];
  const enables: string[] = [];
  let i = 0;
  while (tokenAt(source, i).kind !== 'end') {
    i = afterAttributes(source, i);
    const keyword = textAt(source, i);
    if (keyword === 'fn') {
      const declared = parseFunction(source, i);
      functions.push(declared);
      names.push(declared.at);
      i = declared.end + 1;
    } else if (keyword === 'var') {
      const declared = parseVariable(source, i);
      variables.push(declared);
      names.push(declared.at);
      i = declared.end + 1;
    } else if (NAMED.includes(keyword)) {
      names.push(nameAt(source, i + 1));
      i = keyword === 'struct' ? closing(source, expect(source, i + 2, '{')) + 1 : semicolon(source, i) + 1;
    } else if (DIRECTIVES.includes(keyword) || keyword === 'const_assert') {
      const end = semicolon(source, i);
      if (keyword === 'enable') for (let k = i + 1; k < end; k += 2) enables.push(textAt(source, k));
      i = end + 1;
    } else {
      i = expect(source, i, ';') + 1;
    }
  }
  return { variables, functions, names, enables };
}

function parseVariable(source: Source, keyword: number): Variable {
  const at = nameAt(source, afterTemplate(source, keyword + 1));
  const end = semicolon(source, keyword);
  const space = source.tokens
    .slice(keyword + 2, at - 1)
    .map(({ text }) => text)
    .join('');
  if (textAt(source, at + 1) !== ':') return { name: textAt(source, at), at, space, type: [at + 1, at + 1], end };
  const type = [at + 2, afterTemplate(source, at + 3)] as const;
  return { name: textAt(source, at), at, space, type, end };
}

function parseFunction(source: Source, keyword: number): FunctionDeclaration {
  const at = nameAt(source, keyword + 1);
  const open = expect(source, at + 1, '(');
  const close = closing(source, open);
  const parameters: number[] = [];
  for (let i = open + 1; i < close; i += 1) if (textAt(source, i + 1) === ':') parameters.push(nameAt(source, i));
  let body = close + 1;
  while (textAt(source, body) !== '{') {
    if (tokenAt(source, body).kind === 'end' || textAt(source, body) === ';') throw refusal(source, 'syntax', body);
    body += 1;
  }
  return { name: textAt(source, at), at, parameters, body, end: closing(source, body) };
}

function nameAt(source: Source, index: number): number {
  if (tokenAt(source, index).kind !== 'name') throw refusal(source, 'syntax', index);
  return index;
}

/** The semicolon that ends the declaration at `start`. */
function semicolon(source: Source, start: number): number {
  for (let i = start; i < source.tokens.length; i += 1) {
    const text = textAt(source, i);
    if (text === ';') return i;
    if (text === '(' || text === '[') i = closing(source, i);
    else if (text === '{' || text === '}') break;
  }
  throw refusal(source, 'syntax', start);
}
