/**
 * How a run of checks ended. @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Tally
 */

/** @type {Tally} */
export const nothing = { passed: 0, failed: 0, skipped: 0 };

/**
 * Adds tallies.
 *
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function addTallies(tallies) {
  return tallies.reduce(
    (sum, { passed, failed, skipped }) => ({ passed: sum.passed + passed, failed: sum.failed + failed, skipped: sum.skipped + skipped }),
    nothing,
  );
}

/**
 * The line that ends every run of checks in this repository.
 *
 * @param {Tally} tally
 * @returns {string}
 * @example
 * closingLine({ passed: 2, failed: 0, skipped: 1 }); // '2 passed, 0 failed, 1 skipped'
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * Reads the closing line back from what a run printed: the last such line counts.
 *
 * @param {string} output
 * @returns {Tally | undefined}
 */
export function readClosingLine(output) {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped\s*$/gm)].at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(last[3]) };
}

/**
 * What a run counts for: its closing line, or one check where it prints none. A bad exit code is a failure whatever the line says.
 *
 * @param {string} output
 * @param {number} code - the exit code
 * @returns {Tally}
 */
export function tallyOf(output, code) {
  const read = readClosingLine(output) ?? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
  return code !== 0 && read.failed === 0 ? { ...read, failed: 1 } : read;
}
