import { LoweringError, type RefusalKind } from './lowering-error.ts';
import type { Token } from './tokens.ts';

/** A shader as text and tokens, with what every step asks of it. Tokens are named by their index. */
export interface Source {
  readonly wgsl: string;
  readonly tokens: readonly Token[];
}

const END: Token = { kind: 'end', text: '', start: 0, end: 0 };
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The token's text; empty at the end and beyond. */
export function textAt({ tokens }: Source, index: number): string {
  return tokens[index]?.text ?? '';
}

/** The token; the end's beyond it. */
export function tokenAt({ tokens }: Source, index: number): Token {
  return tokens[index] ?? tokens.at(-1) ?? END;
}

/** An error at a token. */
export function refusal(source: Source, kind: RefusalKind, index: number, binding: string = ''): LoweringError {
  return new LoweringError(kind, { binding, wgsl: source.wgsl, offset: tokenAt(source, index).start });
}

/** The index of the token, if it reads as told. */
export function expect(source: Source, index: number, text: string): number {
  if (textAt(source, index) !== text) throw refusal(source, 'syntax', index);
  return index;
}

/** The index of the bracket that closes the one at `open`. */
export function closing(source: Source, open: number): number {
  const stack: string[] = [];
  for (let i = open; i < source.tokens.length; i += 1) {
    const text = textAt(source, i);
    const close = CLOSING[text];
    if (close !== undefined) stack.push(close);
    else if (text === ')' || text === ']' || text === '}') {
      if (stack.pop() !== text) throw refusal(source, 'syntax', i);
      if (stack.length === 0) return i;
    }
  }
  throw refusal(source, 'syntax', open);
}

/** The index of the first token behind attributes such as `@compute @workgroup_size(8, 8)`. */
export function afterAttributes(source: Source, start: number): number {
  let i = start;
  while (textAt(source, i) === '@') i = textAt(source, i + 2) === '(' ? closing(source, i + 2) + 1 : i + 2;
  return i;
}

/** The index behind a template list that opens at `open`, or `open` if none does. Only where a list may stand, so no comparison is near. */
export function afterTemplate(source: Source, open: number): number {
  if (textAt(source, open) !== '<') return open;
  let depth = 0;
  for (let i = open; i < source.tokens.length; i += 1) {
    const text = textAt(source, i);
    if (text === '<') depth += 1;
    else if (text === '>' && (depth -= 1) === 0) return i + 1;
    else if (text === ';' || text === '{') break;
  }
  throw refusal(source, 'syntax', open);
}
