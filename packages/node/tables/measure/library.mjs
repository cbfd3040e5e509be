import { createRequire } from 'node:module';
import { dataTypes } from '../registry.mjs';

const INT32 = 3;

/**
 * A value that goes into an op: numbers of the format that is measured (`x`), of float32 whatever is measured (`float32`), integers or
 * booleans, or what another op gives in float32 (`result`, then `shape` is its shape).
 * @typedef {{ readonly x?: Float32Array, readonly float32?: Float32Array, readonly int32?: readonly number[], readonly bool?: readonly number[], readonly result?: Call, readonly shape: readonly number[] }} Value
 * Of a call, `compared` outputs count (all of them by default), and results below `scale`, which are differences of larger numbers, by its unit.
 * @typedef {readonly unknown[]} Attribute - 'type', 'int', 'float', 'bool' or 'string', and the value
 * @typedef {{ readonly op: string, readonly inputs: readonly Value[], readonly attributes?: Readonly<Record<string, Attribute>>, readonly types?: readonly string[], readonly outputs?: number, readonly compared?: number, readonly scale?: number }} Call
 * @typedef {{ readonly half: boolean, readonly values: Float32Array }} Output
 */

/**
 * TensorFlow through the addon of tfjs-node, without tfjs.
 *
 * @param {string} addon - tfjs_binding.node
 */
export function openLibrary(addon) {
  const binding = createRequire(import.meta.url)(addon);
  const attributesOf = (/** @type {Readonly<Record<string, Attribute>>} */ named) =>
    Object.entries(named).map(([name, [kind, value]]) => ({ name, type: binding[`TF_ATTR_${String(kind).toUpperCase()}`], value }));
  const cast = (/** @type {number} */ id, /** @type {number} */ from, /** @type {number} */ to) =>
    binding.executeOp('Cast', attributesOf({ SrcT: ['type', from], DstT: ['type', to], Truncate: ['bool', false] }), [id], 1)[0].id;

  const upload = (/** @type {Value} */ { x, float32, int32, bool, shape }, /** @type {number} */ type) => {
    if (int32) return binding.createTensor(shape, binding.TF_INT32, Int32Array.from(int32));
    if (bool) return binding.createTensor(shape, binding.TF_BOOL, Uint8Array.from(bool));
    const id = binding.createTensor(shape, binding.TF_FLOAT, x ?? float32);
    if (float32 || type === dataTypes.float32) return id;
    return replaced(id, cast(id, dataTypes.float32, type));
  };
  const replaced = (/** @type {number} */ old, /** @type {number} */ id) => {
    binding.deleteTensor(old);
    return id;
  };
  const download = (/** @type {{ id: number, dtype: number }} */ { id, dtype }) => {
    const half = dtype === dataTypes.float16 || dtype === dataTypes.bfloat16;
    const readable = half ? replaced(id, cast(id, dtype, dataTypes.float32)) : id;
    const values = binding.tensorDataSync(readable);
    binding.deleteTensor(readable);
    return { half, values: Float32Array.from(values, Number) };
  };

  return {
    version: String(binding.TF_Version),
    /** Values as they are after a cast to a format and back. @param {Float32Array} values @param {number} type */
    rounded: (values, type) => download({ id: upload({ x: values, shape: [values.length] }, type), dtype: type }).values,
    /**
     * Runs one op with its numbers in one type.
     * @param {Call} call
     * @param {number} type
     * @returns {Output[]} widened, and whether they were of 16 bits
     */
    run({ op, inputs, attributes = {}, types = ['T'], outputs = 1 }, type) {
      const ids = inputs.map((input) => upload(input, type));
      const named = { ...Object.fromEntries(types.map((name) => [name, /** @type {Attribute} */ (['type', type])])), ...attributes };
      try {
        return binding.executeOp(op, attributesOf(named), ids, outputs).map(download);
      } finally {
        for (const id of ids) binding.deleteTensor(id);
      }
    },
  };
}

/** Of attributes that are the type of indices or sizes. */
export const int32 = /** @type {Attribute} */ (['type', INT32]);
