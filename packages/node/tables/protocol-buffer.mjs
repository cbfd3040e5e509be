/**
 * The fields of one protocol buffer message, in the order in which they are written: numbers for varints, bytes for the rest.
 * A hundred lines of generated code are not worth the four messages that are read here.
 *
 * @param {Uint8Array} bytes
 * @returns {Generator<{ readonly field: number, readonly value: number | Uint8Array }>}
 */
export function* fieldsOf(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('[node] the message ends inside a number. Is the file whole?');
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const take = (/** @type {number} */ length) => {
    at += length;
    if (at > bytes.length) throw new Error('[node] the message ends inside a field. Is the file whole?');
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) yield { field, value: varint() };
    else if (wire === 1) yield { field, value: take(8) };
    else if (wire === 2) yield { field, value: take(varint()) };
    else if (wire === 5) yield { field, value: take(4) };
    else throw new Error(`[node] a field of a known wire type is expected, got ${wire}. Is the file a protocol buffer?`);
  }
}

/**
 * All values of one field, with the fields that are not asked for left out.
 *
 * @param {Uint8Array} bytes
 * @param {number} field
 * @returns {(number | Uint8Array)[]}
 */
export function valuesOf(bytes, field) {
  return [...fieldsOf(bytes)].filter((entry) => entry.field === field).map(({ value }) => value);
}

/** @param {Uint8Array} bytes @param {number} field @returns {Uint8Array[]} */
export const messagesOf = (bytes, field) => valuesOf(bytes, field).filter((value) => value instanceof Uint8Array);

/** @param {Uint8Array} bytes @param {number} field @returns {string} '' where it is not set */
export const textOf = (bytes, field) =>
  messagesOf(bytes, field)
    .map((value) => new TextDecoder().decode(value))
    .at(-1) ?? '';

/** @param {Uint8Array} bytes @param {number} field @returns {number} 0 where it is not set */
export const numberOf = (bytes, field) => Number(valuesOf(bytes, field).at(-1) ?? 0);

/** @param {Uint8Array} bytes @param {number} field @returns {number[]} of a repeated enum, packed or not */
export function numbersOf(bytes, field) {
  return valuesOf(bytes, field).flatMap((value) => (value instanceof Uint8Array ? [...varintsOf(value)] : [value]));
}

/** @param {Uint8Array} packed */
function* varintsOf(packed) {
  for (let at = 0; at < packed.length;) {
    let value = 0;
    for (let shift = 1, byte = 128; byte >= 128; shift *= 128) {
      byte = packed[at++] ?? 0;
      value += (byte & 127) * shift;
    }
    yield value;
  }
}
