import { dataTypes } from './registry.mjs';

/** @typedef {import('./registry.mjs').Registry} Registry */
/** @typedef {import('./registry.mjs').OpDef} OpDef */

const formats = /** @type {const} */ ([
  ['H', dataTypes.float16],
  ['B', dataTypes.bfloat16],
]);
/** A device's kernels are its own and those for every device (`kernels_on_device.h`: DEVICE_DEFAULT). */
const devices = { cpu: ['CPU', 'DEFAULT'], gpu: ['GPU', 'DEFAULT'] };

/**
 * Which type attribute each input has, and which of the 16-bit types each such attribute may be.
 *
 * @param {OpDef} op
 */
export function signatureOf({ inputs, allowed }) {
  const named = inputs.map(({ type, number, types }) => {
    if (types !== '') return { type: types, list: 'types' };
    return number === '' ? { type } : { type, list: 'number' };
  });
  const attributes = [...new Set(named.map(({ type }) => type))].filter((type) => allowed[type] !== undefined);
  return { inputs: named, types: Object.fromEntries(attributes.map((attribute) => [attribute, halves(allowed[attribute] ?? [])])) };
}

/** @param {readonly number[]} types */
const halves = (types) => formats.map(([letter, type]) => (types.includes(type) ? letter : '')).join('');

/**
 * The 16-bit formats that an op has a kernel for: one whose leading attribute takes the format while the others take it
 * too or stay float32 (`U` of the batch norms). Casts need both ways, from the format to float32 and back.
 *
 * @param {Registry} registry
 * @param {string} op
 * @param {'cpu' | 'gpu'} device
 * @returns {string}
 */
export function formatsOf(registry, op, device) {
  const definition = registry.ops.get(op);
  const kernels = (registry.kernels.get(op) ?? []).filter((kernel) => devices[device].includes(kernel.device));
  if (definition === undefined) return '';
  const leading = leadingAttribute(definition);
  if (leading === undefined) return '';
  const has = (/** @type {Record<string, readonly number[]>} */ wanted) =>
    kernels.some(({ allowed }) =>
      Object.entries(wanted).every(([name, types]) => types.some((type) => allowed[name]?.includes(type) ?? true)),
    );
  const mayBe = (/** @type {string} */ name, /** @type {number} */ type) => definition.allowed[name]?.includes(type) ?? true;
  const { float32 } = dataTypes;
  return formats
    .filter(([, type]) => {
      if (op === 'Cast') return has({ SrcT: [type], DstT: [float32] }) && has({ SrcT: [float32], DstT: [type] });
      const others = definition.typeAttributes.filter((name) => name !== leading && mayBe(name, float32) && definition.allowed[name]);
      const rest = Object.fromEntries(others.map((name) => [name, [float32, type]]));
      return mayBe(leading, type) && has({ ...rest, [leading]: [type] });
    })
    .map(([letter]) => letter)
    .join('');
}

/** The first input's type attribute that may be float32, or where no input has one an output's. @param {OpDef} op */
function leadingAttribute({ inputs, outputs, allowed, typeAttributes }) {
  const candidates = [...inputs.map(({ type, types }) => type || types), ...outputs, ...typeAttributes].filter((name) => name !== '');
  return candidates.find((name) => allowed[name]?.includes(dataTypes.float32) ?? true);
}

/** Whether the library was built for a GPU. @param {Registry} registry */
export const isGpuBuild = (registry) => (registry.kernels.get('MatMul') ?? []).some(({ device }) => device === 'GPU');
