/**
 * @param {readonly string[]} faults
 * @throws {Error} with all of them, each once
 */
export function expectNone(faults) {
  if (faults.length > 0) throw new Error([...new Set(faults)].join('\n'));
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 * @param {string} what - it is
 * @throws {Error} where the text is another
 */
export function expect(text, pattern, what) {
  if (!pattern.test(text)) throw new Error(`${what}: ${pattern} was expected, got ${text.slice(0, 400)}`);
}

/**
 * @template T
 * @param {T} actual
 * @param {T} wanted - compared by what JSON makes of it
 * @param {string} what - it is
 * @throws {Error} where they differ
 */
export function expectEqual(actual, wanted, what) {
  if (JSON.stringify(actual) !== JSON.stringify(wanted))
    throw new Error(`${what}: ${JSON.stringify(wanted)} was expected, got ${JSON.stringify(actual)}`);
}
