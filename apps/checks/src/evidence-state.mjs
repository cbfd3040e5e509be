/**
 * A result that is kept in docs/evidence.
 * @typedef {{ readonly name: string, readonly passed: boolean, readonly sources: readonly string[], readonly sourcesHash: string }} EvidenceFile
 */

/**
 * How a piece of evidence stands against the code of today.
 *
 * Pure.
 *
 * @param {string} name
 * @param {EvidenceFile | undefined} file - what was kept, if anything
 * @param {string} hash - of the sources today
 * @returns {{ readonly isGood: boolean, readonly line: string }}
 */
export function evidenceState(name, file, hash) {
  if (!file) return { isGood: false, line: `${name}: missing. Make it with: npm run evidence -- ${name}` };
  if (!file.passed) return { isGood: false, line: `${name}: the kept result says that it failed.` };
  if (file.sourcesHash !== hash)
    return {
      isGood: false,
      line: `${name}: older than the code it speaks about (${file.sources.join(', ')}). Make it anew with: npm run evidence -- ${name}`,
    };
  return { isGood: true, line: `${name}: is of this code` };
}
