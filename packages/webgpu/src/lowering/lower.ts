import type { Access } from './access.ts';
import type { AccessorRequest } from './accessors.ts';
import { accessorNames, storedElement, writeAccessors } from './accessors.ts';
import type { Helpers } from './conversion.ts';
import type { Edit } from './edits.ts';
import { applyEdits } from './edits.ts';
import { findAccesses } from './find-accesses.ts';
import type { Module } from './module.ts';
import type { Lowered, LowerRequest } from './request.ts';
import { resolveOptions } from './request.ts';
import type { Source } from './source.ts';
import { refusal, textAt, tokenAt } from './source.ts';

/** What the helpers mention: a shader that declares one of these itself is refused. */
const NEEDED: ReadonlySet<string> = new Set(
  'array atomic atomicAnd atomicLoad atomicOr bitcast f16 f32 i32 min pack2x16float select u32 unpack2x16float vec2 vec4'.split(' '),
);

/**
 * Turns chosen storage bindings of a shader from float32 into 16 bits.
 *
 * tfjs generates its WGSL for 32-bit numbers. Here the declarations of the chosen bindings, and each load and store of
 * them, are edited in place; conversion happens in functions added at the end, so that all arithmetic stays float32
 * and the lines of the shader keep their numbers. What is not edited stays verbatim.
 *
 * A packed scalar store clears and sets its own half of a u32 with two atomics. That is exact next to any number of
 * neighbours, but two invocations must not store different values to the same element at once (in WGSL a data race
 * anyway). An odd count leaves half a word of padding whose content is undefined.
 *
 * Pure; about half a millisecond for a shader of 9 kB, linear in its length. Meant to run once for each pipeline.
 *
 * @param wgsl - a shader as tfjs emits it
 * @param request - `bindings` maps the names of storage bindings to codecs; `options` choose the conversion
 * @returns the shader, the extensions that it enables and what was lowered; without bindings the shader as it was
 * @throws LoweringError if the shader holds something that this pass does not understand; nothing is guessed
 * @throws TypeError for an unknown codec or option
 *
 * @example
 * const wgsl = '@group(0) @binding(0) var<storage, read> A : array<f32>;';
 * lower(wgsl, { bindings: { A: 'packed-f16' } }).code.trim(); // '@group(0) @binding(0) var<storage, read> A : array<u32>;'
 */
export function lower(wgsl: string, request: LowerRequest): Lowered {
  const options = resolveOptions(request);
  if (Object.keys(request.bindings).length === 0) return { code: wgsl, enables: [], lowered: [] };
  const { source, module, bindings, accesses } = findAccesses(wgsl, request.bindings);
  refuseTakenNames(source, module);
  const helpers: Helpers = { prefix: freePrefix(wgsl), options, text: new Map() };
  const edits: Edit[] = accesses.flatMap((access) => editsOf(source, helpers.prefix, access));
  for (const binding of bindings.values()) {
    const kinds = new Set(accesses.filter((access) => access.binding === binding).map(({ kind }) => kind));
    const asked: AccessorRequest = {
      binding,
      loads: kinds.has('load') || kinds.has('update'),
      stores: kinds.has('store') || kinds.has('update'),
    };
    edits.push({ start: binding.elementText[0], end: binding.elementText[1], text: storedElement(asked) });
    writeAccessors(helpers, asked);
  }
  const lowered = [...bindings.values()].map(({ name, codec, element }) => ({ name, codec, element }));
  const enables = lowered.some(({ codec }) => codec === 'f16') ? ['f16'] : [];
  const enable = enables.filter((name) => !module.enables.includes(name)).map((name) => `enable ${name}; `);
  const code = [...enable, applyEdits(wgsl, edits), '\n', ...[...helpers.text.values()].map((text) => `${text}\n`)].join('');
  return { code, enables, lowered };
}

function refuseTakenNames(source: Source, module: Module): void {
  const taken = module.names.find((at) => NEEDED.has(textAt(source, at)));
  if (taken !== undefined) throw refusal(source, 'name', taken);
}

/** A beginning of names that the shader does not mention anywhere. */
function freePrefix(wgsl: string): string {
  let prefix = 'halftone_';
  for (let n = 1; wgsl.includes(prefix); n += 1) prefix = `halftone${n}_`;
  return prefix;
}

/** Only the tokens around index and value change, so that accesses inside them can be edited on their own. */
function editsOf(source: Source, prefix: string, access: Access): Edit[] {
  const { load, store } = accessorNames(prefix, access.binding.name);
  const replace = (index: number, text: string): Edit => ({ start: tokenAt(source, index).start, end: tokenAt(source, index).end, text });
  const before = (index: number, text: string): Edit => ({ start: tokenAt(source, index).start, end: tokenAt(source, index).start, text });
  const { name, open, close } = access;
  if (access.kind === 'load') return [replace(name, load), replace(open, '(i32('), replace(close, '))')];
  const { operator, end } = access;
  if (access.kind === 'store')
    return [replace(name, store), replace(open, '(i32('), replace(close, ')'), replace(operator, ','), before(end, ')')];
  const at = `${prefix}at`; // the index is evaluated once, the old value read before the new one is computed
  const sign = textAt(source, operator).slice(0, -1);
  return [
    replace(name, `{ let ${at} =`),
    replace(open, ' i32('),
    replace(close, ');'),
    replace(operator, `${store}(${at}, ${load}(${at}) ${sign} (`),
    replace(end, ')); }'),
  ];
}
