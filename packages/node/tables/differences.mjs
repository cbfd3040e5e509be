import { MOST_ULPS } from './measure/inner-maths.mjs';

/** @typedef {import('./table-files.mjs').Tables} Tables */

/**
 * The rows that the tables have otherwise than a library, as one line of text each.
 *
 * Of how kernels compute only promises count: where the tables say float32 and the library has 16 bits. The other way, with a
 * processor that has better instructions, the plug-in is merely more careful than it has to be.
 *
 * @param {Pick<Tables, 'signatures' | 'kernels' | 'inner'>} known
 * @param {Pick<Tables, 'signatures' | 'kernels' | 'inner'>} fresh
 * @returns {readonly string[]}
 */
export function differencesOf(known, fresh) {
  return [
    ...unequal('signature', known.signatures, fresh.signatures),
    ...unequal('kernels', known.kernels, fresh.kernels),
    ...broken(known.inner, fresh.inner),
  ];
}

/**
 * @param {string} what
 * @param {Tables['kernels']} known
 * @param {Tables['kernels']} fresh
 */
function unequal(what, known, fresh) {
  const flat = (/** @type {Tables['kernels']} */ byFamily) => new Map(Object.values(byFamily).flatMap((rows) => Object.entries(rows)));
  const [before, after] = [flat(known), flat(fresh)];
  const ops = [...new Set([...before.keys(), ...after.keys()])];
  const shown = (/** @type {unknown} */ row) => JSON.stringify(row) ?? 'nothing';
  return ops
    .filter((op) => shown(before.get(op)) !== shown(after.get(op)))
    .map((op) => `${what} of ${op}: the tables have ${shown(before.get(op))}, the library ${shown(after.get(op))}`);
}

/** @param {Tables['inner']} known @param {Tables['inner']} fresh */
function broken(known, fresh) {
  return Object.entries(known).flatMap(([op, row]) =>
    Object.entries(row).flatMap(([line, promised]) => {
      const found = fresh[op]?.[line] ?? [];
      const isWide = (/** @type {unknown} */ ulps) => typeof ulps === 'number' && ulps <= MOST_ULPS;
      const isBroken = [...promised].some((ulps, i) => isWide(ulps) && !isWide(found[i]));
      return isBroken
        ? [`float32 inside ${op} ${line}: the tables have ${JSON.stringify(promised)} ulps, the library ${JSON.stringify(found)}`]
        : [];
    }),
  );
}
