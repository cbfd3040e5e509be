import type { Access } from './access.ts';
import type { Source } from './source.ts';
import { refusal, textAt, tokenAt } from './source.ts';
import type { StorageBinding } from './storage-binding.ts';

/** A walk through the functions of one shader: what is sought, what is hidden where the walk is, what was found. */
export interface Walk {
  readonly source: Source;
  readonly bindings: ReadonlyMap<string, StorageBinding>;
  readonly accesses: Access[];
  /** Names of bindings that a parameter or local variable hides here, innermost last. */
  readonly hidden: string[];
}

/** The binding that a token means, if it is one of ours: not a member behind a dot, not hidden by a local name. */
export function bindingAt({ source, bindings, hidden }: Walk, index: number): StorageBinding | undefined {
  const token = tokenAt(source, index);
  if (token.kind !== 'name' || textAt(source, index - 1) === '.') return undefined;
  const binding = bindings.get(token.text);
  return binding === undefined || hidden.includes(token.text) ? undefined : binding;
}

interface Bracket {
  readonly close: string;
  readonly load?: { readonly binding: StorageBinding; readonly name: number; readonly direct: boolean };
}

/**
 * Walks through an expression, or a type, and notes the loads in it.
 *
 * @returns the index of the first token among `stops` that no bracket encloses
 * @throws LoweringError at a use of a binding that is no load, and where brackets do not match
 */
export function walkExpression(walk: Walk, start: number, stops: ReadonlySet<string>): number {
  const { source } = walk;
  const open: Bracket[] = [];
  let indexed = 0;
  for (let i = start; i < source.tokens.length - 1; i += 1) {
    const text = textAt(source, i);
    if (open.length === 0 && stops.has(text)) return i;
    const binding = bindingAt(walk, i);
    if (binding !== undefined) {
      if (isLength(source, i, binding)) continue;
      checkLoad(source, i, binding);
      open.push({ close: ']', load: { binding, name: i, direct: indexed === 0 } });
      indexed += 1;
      i += 1;
    } else if (text === '(') {
      open.push({ close: ')' });
    } else if (text === '[') {
      open.push({ close: ']' });
      indexed += 1;
    } else if (text === ')' || text === ']') {
      const bracket = open.pop();
      if (bracket?.close !== text) throw refusal(source, 'syntax', i);
      if (text === ']') indexed -= 1;
      if (bracket.load !== undefined) walk.accesses.push({ kind: 'load', ...bracket.load, open: bracket.load.name + 1, close: i });
    } else if (text === '{' || text === '}' || text === ';') {
      throw refusal(source, 'syntax', i);
    }
  }
  throw refusal(source, 'syntax', start);
}

/** `arrayLength(&NAME)`, which counts vectors rightly; of scalars it would count the padding too. */
function isLength(source: Source, index: number, { element, name }: StorageBinding): boolean {
  const around = [-3, -2, -1, 1].map((step) => textAt(source, index + step)).join(' ');
  if (around !== 'arrayLength ( & )') return false;
  if (element === 'f32') throw refusal(source, 'array-length', index - 3, name);
  return true;
}

function checkLoad(source: Source, index: number, { name }: StorageBinding): void {
  if (isAddressTaken(source, index)) throw refusal(source, 'pointer', index, name);
  if (textAt(source, index + 1) !== '[') throw refusal(source, 'whole-array', index, name);
}

const BEFORE_OPERAND: readonly string[] = ['return', 'if', 'while', 'switch', 'case'];

/** `&NAME`, or `&` in front of parentheses that begin with it, unless that `&` has a left operand. */
function isAddressTaken(source: Source, index: number): boolean {
  let at = index - 1;
  while (textAt(source, at) === '(') at -= 1;
  if (textAt(source, at) !== '&') return false;
  if (at === index - 1) return true;
  const { kind, text } = tokenAt(source, at - 1);
  const isOperand = kind === 'number' || text === ')' || text === ']' || (kind === 'name' && !BEFORE_OPERAND.includes(text));
  return !isOperand;
}
