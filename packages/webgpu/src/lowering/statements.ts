import type { FunctionDeclaration } from './module.ts';
import { afterAttributes, afterTemplate, expect, refusal, textAt, tokenAt } from './source.ts';
import type { Walk } from './walk.ts';
import { bindingAt, walkExpression } from './walk.ts';

const MAX_DEPTH = 128; // WGSL allows 127 nested braces
const SEMICOLON: ReadonlySet<string> = new Set([';']);
const BRACE: ReadonlySet<string> = new Set(['{']);
const BRACKET: ReadonlySet<string> = new Set([']']);
const PARENTHESIS: ReadonlySet<string> = new Set([')']);
const FLOAT_UPDATES: ReadonlySet<string> = new Set(['+=', '-=', '*=', '/=', '%=']);
const ASSIGNMENTS: readonly string[] = ['=', '&=', '|=', '^=', ...FLOAT_UPDATES];
const SEMICOLON_OR_ASSIGNMENT: ReadonlySet<string> = new Set([';', ...ASSIGNMENTS]);
const PARENTHESIS_OR_ASSIGNMENT: ReadonlySet<string> = new Set([')', ...ASSIGNMENTS]);

/**
 * Walks through a function and notes each load and store of a binding.
 *
 * @throws LoweringError at any other use of one, and at a statement that is not WGSL
 */
export function walkFunction(walk: Walk, { parameters, body }: FunctionDeclaration): void {
  for (const at of parameters) hide(walk, at);
  walkBlock(walk, body, 1);
  walk.hidden.length = 0;
}

/** From here to the end of the block the name means something else, if it is a binding's. */
function hide({ source, bindings, hidden }: Walk, at: number): void {
  const name = textAt(source, at);
  if (name === 'i32') throw refusal(source, 'name', at); // written around each index
  if (bindings.has(name)) hidden.push(name);
}

/** These functions return the index behind what they walked through. */
function walkBlock(walk: Walk, open: number, depth: number): number {
  const { source, hidden } = walk;
  if (depth > MAX_DEPTH) throw refusal(source, 'syntax', open);
  const outside = hidden.length;
  let i = expect(source, open, '{') + 1;
  while (textAt(source, i) !== '}') i = walkStatement(walk, i, depth);
  hidden.length = outside;
  return i + 1;
}

function walkStatement(walk: Walk, start: number, depth: number): number {
  const { source } = walk;
  const i = afterAttributes(source, start);
  switch (textAt(source, i)) {
    case ';':
      return i + 1;
    case '{':
      return walkBlock(walk, i, depth + 1);
    case 'if':
      return walkIf(walk, i, depth);
    case 'while':
      return walkBlock(walk, walkExpression(walk, i + 1, BRACE), depth + 1);
    case 'switch':
      return walkSwitch(walk, i, depth);
    case 'loop':
    case 'continuing':
      return walkBlock(walk, afterAttributes(source, i + 1), depth + 1);
    case 'for':
      return walkFor(walk, i, depth);
    case 'let':
    case 'const':
    case 'var':
      return walkLocal(walk, i);
    case 'return':
    case 'break':
    case 'continue':
    case 'discard':
    case 'const_assert':
      return walkExpression(walk, i + 1, SEMICOLON) + 1;
    default:
      return walkUpdate(walk, i, SEMICOLON) + 1;
  }
}

function walkIf(walk: Walk, start: number, depth: number): number {
  let i = walkBlock(walk, walkExpression(walk, start + 1, BRACE), depth + 1);
  while (textAt(walk.source, i) === 'else') {
    const open = textAt(walk.source, i + 1) === 'if' ? walkExpression(walk, i + 2, BRACE) : i + 1;
    i = walkBlock(walk, open, depth + 1);
  }
  return i;
}

function walkSwitch(walk: Walk, start: number, depth: number): number {
  const { source } = walk;
  let i = walkExpression(walk, start + 1, BRACE) + 1;
  while (textAt(source, i) !== '}') {
    if (textAt(source, i) !== 'default') expect(source, i, 'case');
    i = walkBlock(walk, walkExpression(walk, i + 1, BRACE), depth + 2);
  }
  return i + 1;
}

function walkFor(walk: Walk, start: number, depth: number): number {
  const { source, hidden } = walk;
  const outside = hidden.length;
  let i = expect(source, start + 1, '(') + 1;
  const first = textAt(source, i);
  if (first === 'let' || first === 'const' || first === 'var') i = walkLocal(walk, i);
  else i = first === ';' ? i + 1 : walkUpdate(walk, i, SEMICOLON, 'header') + 1;
  i = walkExpression(walk, i, SEMICOLON) + 1;
  if (textAt(source, i) !== ')') i = walkUpdate(walk, i, PARENTHESIS, 'header');
  i = walkBlock(walk, afterAttributes(source, i + 1), depth + 1);
  hidden.length = outside;
  return i;
}

/** The name holds from behind the statement on, so its own initial value may still read the binding of that name. */
function walkLocal(walk: Walk, keyword: number): number {
  const { source } = walk;
  const name = afterTemplate(source, keyword + 1);
  if (tokenAt(source, name).kind !== 'name') throw refusal(source, 'syntax', name);
  const end = walkExpression(walk, name + 1, SEMICOLON);
  hide(walk, name);
  return end + 1;
}

/** An assignment, an increment or a call. */
function walkUpdate(walk: Walk, start: number, stops: ReadonlySet<string>, place?: 'header'): number {
  const { source, accesses } = walk;
  const binding = bindingAt(walk, start);
  if (binding === undefined) return walkOtherUpdate(walk, start, stops);
  const open = start + 1;
  if (textAt(source, open) !== '[') throw refusal(source, 'whole-array', start, binding.name);
  const close = walkExpression(walk, open + 1, BRACKET);
  const operator = close + 1;
  const text = textAt(source, operator);
  if (text === '.' || text === '[') throw refusal(source, 'component', start, binding.name);
  if (text !== '=' && !FLOAT_UPDATES.has(text)) throw refusal(source, 'operator', start, binding.name);
  if (text !== '=' && place === 'header') throw refusal(source, 'header', start, binding.name);
  if (!binding.writable) throw refusal(source, 'read-only', start, binding.name);
  const end = walkExpression(walk, operator + 1, stops);
  accesses.push({ kind: text === '=' ? 'store' : 'update', binding, name: start, open, close, operator, end });
  return end;
}

/** An update of something else. Its target may hold a binding only inside an index: `(NAME[i]) = …` is not understood. */
function walkOtherUpdate(walk: Walk, start: number, stops: ReadonlySet<string>): number {
  const { source, accesses } = walk;
  const before = accesses.length;
  const end = walkExpression(walk, start, stops === SEMICOLON ? SEMICOLON_OR_ASSIGNMENT : PARENTHESIS_OR_ASSIGNMENT);
  if (stops.has(textAt(source, end))) return end;
  const target = accesses.slice(before).find((access) => access.kind === 'load' && access.direct);
  if (target !== undefined) throw refusal(source, 'pointer', start, target.binding.name);
  return walkExpression(walk, end + 1, stops);
}
