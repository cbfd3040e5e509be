import type { Helpers, Width } from './conversion.ts';
import { narrowing, saturating, widening } from './conversion.ts';
import type { Codec, Element } from './request.ts';
import type { StorageBinding } from './storage-binding.ts';

const WIDTH_OF = { f32: 1, 'vec2<f32>': 2, 'vec4<f32>': 4 } as const satisfies Record<Element, Width>;
const NATIVE = { f32: 'f16', 'vec2<f32>': 'vec2<f16>', 'vec4<f32>': 'vec4<f16>' } as const satisfies Record<Element, string>;
const PACKED = { f32: 'u32', 'vec2<f32>': 'u32', 'vec4<f32>': 'vec2<u32>' } as const satisfies Record<Element, string>;

/** What is asked of a binding in one shader. */
export interface AccessorRequest {
  readonly binding: StorageBinding;
  readonly loads: boolean;
  readonly stores: boolean;
}

/** Whether two invocations may write to one u32, so that it must be atomic. */
function isShared({ binding, stores }: AccessorRequest): boolean {
  return stores && binding.codec !== 'f16' && binding.element === 'f32';
}

/** The element type that the lowered binding is declared with. */
export function storedElement(request: AccessorRequest): string {
  const { codec, element } = request.binding;
  if (codec === 'f16') return NATIVE[element];
  return isShared(request) ? 'atomic<u32>' : PACKED[element];
}

/** Names of the functions that load and store one binding. */
export function accessorNames(prefix: string, name: string): { readonly load: string; readonly store: string } {
  return { load: `${prefix}load_${name}`, store: `${prefix}store_${name}` };
}

/** Writes the functions that load and store a binding into `helpers`. */
export function writeAccessors(helpers: Helpers, request: AccessorRequest): void {
  const { name, element } = request.binding;
  const names = accessorNames(helpers.prefix, name);
  // parameters carry the prefix too: a binding may be called `index` or `value`
  const [index, value] = [`${helpers.prefix}index`, `${helpers.prefix}value`];
  if (request.loads)
    helpers.text.set(names.load, `fn ${names.load}(${index} : i32) -> ${element} {\n  return ${loadOf(helpers, request, index)};\n}`);
  if (request.stores)
    helpers.text.set(
      names.store,
      `fn ${names.store}(${index} : i32, ${value} : ${element}) {\n${storeOf(helpers, request, index, value)}\n}`,
    );
}

function loadOf(helpers: Helpers, request: AccessorRequest, index: string): string {
  const { name, codec, element } = request.binding;
  const width = WIDTH_OF[element];
  if (codec === 'f16') {
    if (helpers.options.widen === 'hardware') return `${element}(${name}[${index}])`;
    return `${widening(helpers, codec, width)}(${wordsOf(`${name}[${index}]`, width)})`;
  }
  const widen = widening(helpers, codec, width);
  if (element !== 'f32') return `${widen}(${name}[${index}])`;
  const word = `${name}[u32(${index}) >> 1u]`;
  return `${widen}(${isShared(request) ? `atomicLoad(&${word})` : word} >> ((u32(${index}) & 1u) << 4u))`;
}

function storeOf(helpers: Helpers, { binding: { name, codec, element } }: AccessorRequest, index: string, value: string): string {
  const width = WIDTH_OF[element];
  if (codec === 'f16') return `  ${name}[${index}] = ${nativeOf(helpers, codec, width, value)};`;
  const words = `${narrowing(helpers, codec, width)}(${value})`;
  if (element !== 'f32') return `  ${name}[${index}] = ${words};`;
  // each of the two touches only the bits of its own half, so the neighbour's half is exact in any order of the four
  const shift = `((u32(${index}) & 1u) << 4u)`;
  return `  atomicAnd(&${name}[u32(${index}) >> 1u], ~(0xffffu << ${shift}));
  atomicOr(&${name}[u32(${index}) >> 1u], ${words} << ${shift});`;
}

/** f16 values as packed words. */
function wordsOf(native: string, width: Width): string {
  if (width === 1) return `bitcast<u32>(vec2<f16>(${native}, 0h))`;
  return width === 2 ? `bitcast<u32>(${native})` : `bitcast<vec2<u32>>(${native})`;
}

function nativeOf(helpers: Helpers, codec: Codec, width: Width, value: string): string {
  if (helpers.options.narrow === 'hardware') {
    const limited = helpers.options.overflow === 'saturate' ? `${saturating(helpers, 'float16', width)}(${value})` : value;
    return `${width === 1 ? 'f16' : `vec${width}<f16>`}(${limited})`;
  }
  const words = `${narrowing(helpers, codec, width)}(${value})`;
  if (width === 1) return `bitcast<vec2<f16>>(${words}).x`;
  return `bitcast<vec${width}<f16>>(${words})`;
}
