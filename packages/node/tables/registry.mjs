import { messagesOf, numberOf, numbersOf, textOf } from './protocol-buffer.mjs';

/** tensorflow/core/framework/types.proto */
export const dataTypes = { float32: 1, bfloat16: 14, float16: 19 };

/**
 * What a library says of itself (op_def.proto, kernel_def.proto).
 * @typedef {{ readonly name: string, readonly inputs: readonly { readonly type: string, readonly number: string, readonly types: string }[], readonly outputs: readonly string[], readonly allowed: Readonly<Record<string, readonly number[]>>, readonly typeAttributes: readonly string[] }} OpDef
 * @typedef {{ readonly op: string, readonly device: string, readonly allowed: Readonly<Record<string, readonly number[]>> }} KernelDef
 * @typedef {{ readonly version: string, readonly ops: ReadonlyMap<string, OpDef>, readonly kernels: ReadonlyMap<string, readonly KernelDef[]> }} Registry
 */

/**
 * @param {string} version
 * @param {Uint8Array} ops - an OpList
 * @param {Uint8Array} kernels - a KernelList
 * @returns {Registry} kernels under a label (chosen by name only) left out
 */
export function registryOf(version, ops, kernels) {
  const definitions = messagesOf(ops, 1).map(opDef);
  /** @type {Map<string, KernelDef[]>} */
  const byOp = new Map();
  for (const kernel of messagesOf(kernels, 1)) {
    const definition = kernelDef(kernel);
    if (textOf(kernel, 5) === '') byOp.set(definition.op, [...(byOp.get(definition.op) ?? []), definition]);
  }
  return { version, ops: new Map(definitions.map((op) => [op.name, op])), kernels: byOp };
}

/** @param {Uint8Array} bytes @returns {OpDef} */
function opDef(bytes) {
  const attributes = messagesOf(bytes, 4).map((attribute) => ({
    name: textOf(attribute, 1),
    kind: textOf(attribute, 2),
    allowed: messagesOf(attribute, 7).flatMap(typesOfValue),
  }));
  const restricted = attributes.filter(({ allowed }) => allowed.length > 0);
  return {
    name: textOf(bytes, 1),
    inputs: messagesOf(bytes, 2).map((input) => ({ type: textOf(input, 4), number: textOf(input, 5), types: textOf(input, 6) })),
    outputs: messagesOf(bytes, 3).map((output) => textOf(output, 4) || textOf(output, 6)),
    allowed: Object.fromEntries(restricted.map(({ name, allowed }) => [name, allowed])),
    typeAttributes: attributes.filter(({ kind }) => kind === 'type' || kind === 'list(type)').map(({ name }) => name),
  };
}

/** @param {Uint8Array} bytes @returns {KernelDef} */
function kernelDef(bytes) {
  const constraints = messagesOf(bytes, 3).map((constraint) => [textOf(constraint, 1), messagesOf(constraint, 2).flatMap(typesOfValue)]);
  return { op: textOf(bytes, 1), device: textOf(bytes, 2), allowed: Object.fromEntries(constraints) };
}

/** The types of an AttrValue: one, or a list of them. @param {Uint8Array} value */
function typesOfValue(value) {
  const one = numberOf(value, 6);
  return one > 0 ? [one] : messagesOf(value, 1).flatMap((list) => numbersOf(list, 6));
}
