import { formatsOf, isGpuBuild, signatureOf } from './derive.mjs';
import { opsByFamily } from './ops.mjs';

/** @typedef {import('./registry.mjs').Registry} Registry */
/** @typedef {import('./table-files.mjs').Tables} Tables */

/** Rounded up to hundredths; what is that far off is not told further. */
const FARTHEST = 9999;

/** One line's cell made anew, the others as they are known. @param {readonly string[]} lines @param {Record<string, unknown>} row @param {string} line @param {unknown} cell @param {unknown} none */
const rowWith = (lines, row, line, cell, none) => Object.fromEntries(lines.map((name) => [name, name === line ? cell : (row[name] ?? none)]));

/** @param {Registry} registry */
export function signatureRows(registry) {
  return Object.fromEntries(
    opsByFamily().map(([family, ops]) => {
      const rows = ops.map((op) => {
        const definition = registry.ops.get(op);
        if (!definition) throw new Error(`[node] TensorFlow ${registry.version} has no op ${op}. Take it out of tables/ops.mjs.`);
        return [op, signatureOf(definition)];
      });
      return [family, Object.fromEntries(rows)];
    }),
  );
}

/**
 * The rows with one line's columns made anew; a library without GPU kernels says nothing about a GPU.
 *
 * @param {Tables} tables
 * @param {Registry} registry
 * @param {string} line
 */
export function kernelRows({ lines, kernels: known }, registry, line) {
  const gpu = isGpuBuild(registry);
  return Object.fromEntries(
    opsByFamily().map(([family, ops]) => {
      const rows = ops.map((op) => {
        const row = known[family]?.[op] ?? {};
        const cell = { cpu: formatsOf(registry, op, 'cpu'), gpu: gpu ? formatsOf(registry, op, 'gpu') : (row[line]?.gpu ?? '') };
        return [op, rowWith(lines, row, line, cell, { cpu: '', gpu: '' })];
      });
      return [family, Object.fromEntries(rows)];
    }),
  );
}

/**
 * The measured rows with one line's column made anew.
 *
 * @param {Tables} tables
 * @param {import('./read-library.mjs').ReadLibrary} library
 * @param {string} line
 * @returns {Tables['inner']}
 * @throws {Error} if a registered kernel does not run
 */
export function innerRows({ lines, inner: known }, { registry, measurements = [] }, line) {
  const cell = (/** @type {string} */ op, /** @type {'float16' | 'bfloat16'} */ format) => {
    const { ulps, failure } = measurements.find((one) => one.op === op && one.format === format) ?? { ulps: 0, failure: 'not measured' };
    const registered = formatsOf(registry, op, 'cpu').includes(format === 'float16' ? 'H' : 'B');
    if (registered && failure !== undefined) throw new Error(`[node] ${op} has a ${format} kernel that does not run: ${failure}`);
    return registered ? Math.min(FARTHEST, Math.ceil(ulps * 100 - 0.5) / 100) : null;
  };
  const families = new Map(opsByFamily().flatMap(([family, ops]) => ops.map((op) => [op, family])));
  const measured = [...new Set(measurements.map(({ op }) => op))].filter((op) => families.has(op)).sort();
  return Object.fromEntries(measured.map((op) => [op, rowWith(lines, known[op] ?? {}, line, [cell(op, 'float16'), cell(op, 'bfloat16')], [null, null])]));
}
