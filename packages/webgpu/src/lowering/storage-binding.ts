import { LoweringError } from './lowering-error.ts';
import type { Module, Variable } from './module.ts';
import type { Codec, Element } from './request.ts';
import type { Source } from './source.ts';
import { refusal, textAt, tokenAt } from './source.ts';

/** A storage binding that is to be lowered. */
export interface StorageBinding {
  readonly name: string;
  readonly codec: Codec;
  readonly element: Element;
  readonly writable: boolean;
  /** Where the text of the element's type stands. */
  readonly elementText: readonly [start: number, end: number];
}

const ELEMENTS: Readonly<Record<string, Element>> = {
  f32: 'f32',
  'vec2<f32>': 'vec2<f32>',
  vec2f: 'vec2<f32>',
  'vec4<f32>': 'vec4<f32>',
  vec4f: 'vec4<f32>',
};

/**
 * Finds the requested bindings among the module's variables.
 *
 * @throws LoweringError if one is missing, declared twice, atomic, or no array of f32 without a length
 */
export function findBindings(source: Source, module: Module, wanted: Readonly<Record<string, Codec>>): Map<string, StorageBinding> {
  const found = new Map<string, StorageBinding>();
  for (const [name, codec] of Object.entries(wanted)) {
    const declared = module.names.filter((at) => textAt(source, at) === name);
    const variable = module.variables.find((candidate) => candidate.name === name);
    if (variable === undefined || !isStorage(variable)) throw missing(source, module, name, declared[0] ?? 0);
    if (declared.length > 1) throw refusal(source, 'name', declared[1] ?? 0, name);
    found.set(name, { name, codec, writable: variable.space === 'storage,read_write', ...elementOf(source, variable) });
  }
  return found;
}

function isStorage({ space }: Variable): boolean {
  return space === 'storage' || space.startsWith('storage,');
}

function missing(source: Source, module: Module, binding: string, at: number): LoweringError {
  const names = module.variables.filter(isStorage).map(({ name }) => name);
  return new LoweringError('missing', {
    binding,
    wgsl: source.wgsl,
    offset: tokenAt(source, at).start,
    got: names.length === 0 ? 'none' : names.join(', '),
  });
}

function elementOf(source: Source, { name, at, type: [start, end] }: Variable): Pick<StorageBinding, 'element' | 'elementText'> {
  const texts = source.tokens.slice(start, end).map(({ text }) => text);
  const element = ELEMENTS[texts.slice(2, -1).join('')];
  if (texts[2] === 'atomic') throw refusal(source, 'atomic', at, name);
  if (texts[0] !== 'array' || texts[1] !== '<' || element === undefined) throw refusal(source, 'element', at, name);
  return { element, elementText: [tokenAt(source, start + 2).start, tokenAt(source, end - 2).end] };
}
