import { LoweringError } from './lowering-error.ts';

/** A piece of WGSL with its place in the text. Template brackets stay single: `>>` is two tokens. */
export interface Token {
  readonly kind: 'name' | 'number' | 'punctuation' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

// WGSL 3.6: blankspace, comments to the end of a line (which has seven spellings), identifiers by Unicode's rules
const BLANK = /(?:[\t\n\v\f\r \u0085\u200e\u200f\u2028\u2029]+|\/\/[^\n\v\f\r\u0085\u2028\u2029]*)+/y;
const ASCII_NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NAME = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const NUMBER =
  /0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?[fhiu]?|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fhiu]?/y;
// `<`, `>` and what begins with them are single, as only the parser could tell a template list from a comparison
const PUNCTUATION = /->|&&|\|\||\+\+|--|==|!=|[+\-*/%&|^]=|[@()[\]{}:;,.=+\-*/%&|^~!<>]/y;
const COMMENT_EDGE = /\/\*|\*\//g;

/**
 * Cuts WGSL into tokens; comments and blanks are left out.
 *
 * Pure; one pass over the text. The last token is of kind `end`.
 *
 * @throws LoweringError at a character that no token begins with, and at a comment that never ends
 */
export function tokenize(wgsl: string): Token[] {
  const tokens: Token[] = [];
  const refuse = (offset: number): LoweringError => new LoweringError('syntax', { binding: '', wgsl, offset });
  let at = 0;
  for (;;) {
    at = skip(BLANK, wgsl, at);
    if (wgsl.startsWith('/*', at)) {
      at = commentEnd(wgsl, at);
      if (at === -1) throw refuse(wgsl.lastIndexOf('/*'));
      continue;
    }
    if (at >= wgsl.length) break;
    const [kind, end] = tokenAt(wgsl, at);
    if (end === at) throw refuse(at);
    tokens.push({ kind, text: wgsl.slice(at, end), start: at, end });
    at = end;
  }
  tokens.push({ kind: 'end', text: '', start: at, end: at });
  return tokens;
}

function tokenAt(wgsl: string, at: number): [Token['kind'], number] {
  const ascii = skip(ASCII_NAME, wgsl, at);
  const name = wgsl.charCodeAt(ascii) > 127 ? skip(NAME, wgsl, at) : ascii; // Unicode's tables are slow, and tfjs needs none
  if (name > at) return ['name', name];
  const number = skip(NUMBER, wgsl, at);
  return number > at ? ['number', number] : ['punctuation', skip(PUNCTUATION, wgsl, at)];
}

/** The offset after a match of a sticky pattern at `at`, or `at` itself. */
function skip(pattern: RegExp, wgsl: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(wgsl) ? pattern.lastIndex : at;
}

/** The offset after a block comment, which may hold others; -1 if it never ends. */
function commentEnd(wgsl: string, start: number): number {
  let depth = 0;
  COMMENT_EDGE.lastIndex = start;
  for (let edge = COMMENT_EDGE.exec(wgsl); edge !== null; edge = COMMENT_EDGE.exec(wgsl)) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return COMMENT_EDGE.lastIndex;
  }
  return -1;
}
