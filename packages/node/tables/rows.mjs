import { formatsOf, isGpuBuild, signatureOf } from './derive.mjs';
import { opsByFamily } from './ops.mjs';

/** @typedef {import('./registry.mjs').Registry} Registry */
/** @typedef {import('./table-files.mjs').Tables} Tables */

/** Sums in float32 in oneDNN's bfloat16 kernels and not in Eigen's: where it does not, the processor has no AVX-512 and oneDNN is not to be seen. */
const PROBE = 'Conv3D';

/** One line's cell made anew, the others as they are known. @param {readonly string[]} lines @param {Record<string, unknown>} row @param {string} line @param {unknown} cell @param {unknown} none */
const rowWith = (lines, row, line, cell, none) =>
  Object.fromEntries(lines.map((name) => [name, name === line ? cell : (row[name] ?? none)]));

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
export function innerRows({ lines, inner: known }, { registry, measured }, line) {
  if (!measured) return known;
  const { asIs, byEigen } = measured;
  const hasOneDnn = asIs.some(({ op, format, ulps }) => op === PROBE && format === 'bfloat16' && ulps < 1);
  const ulpsIn = (/** @type {import('./read-library.mjs').Measurements} */ run, /** @type {string} */ op, /** @type {string} */ format) => {
    const { ulps, failure } = run.find((one) => one.op === op && one.format === format) ?? { ulps: 0, failure: 'not measured' };
    const registered = formatsOf(registry, op, 'cpu').includes(format === 'float16' ? 'H' : 'B');
    const forOneDnn = format === 'bfloat16' && (run === byEigen || !hasOneDnn); // registered for both, there for one
    if (registered && failure !== undefined && forOneDnn) return null;
    if (registered && failure !== undefined) throw new Error(`[node] ${op} has a ${format} kernel that does not run: ${failure}`);
    return registered ? Math.round(ulps * 100) / 100 : null;
  };
  const cell = (/** @type {string} */ op) => {
    const [half, halfByEigen] = [asIs, byEigen].map((run) => ulpsIn(run, op, 'float16'));
    const byOneDnn = hasOneDnn ? ulpsIn(asIs, op, 'bfloat16') : (known[op]?.[line]?.[1] ?? null);
    return [half === null ? null : Math.max(half ?? 0, halfByEigen ?? 0), byOneDnn, ulpsIn(byEigen, op, 'bfloat16')];
  };
  const families = new Set(opsByFamily().flatMap(([, ops]) => ops));
  const measuredOps = [...new Set(asIs.map(({ op }) => op))].filter((op) => families.has(op)).sort();
  return Object.fromEntries(measuredOps.map((op) => [op, rowWith(lines, known[op] ?? {}, line, cell(op), [null, null, null])]));
}
