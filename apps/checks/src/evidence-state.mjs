/**
 * A result that is kept in docs/evidence.
 * @typedef {{ readonly name: string, readonly passed: boolean, readonly sources: readonly string[], readonly sourcesHash: string }} EvidenceFile
 */

/**
 * How a piece of evidence stands against the code of today.
 *
 * What was never made proves nothing and is skipped by name; what is older than its code, or failed, is wrong to keep.
 * Pure.
 *
 * @param {string} name
 * @param {EvidenceFile | undefined} file - what was kept, if anything
 * @param {string} hash - of the sources today
 * @returns {{ readonly state: 'good' | 'missing' | 'bad', readonly line: string }}
 */
export function evidenceState(name, file, hash) {
  if (!file) return { state: 'missing', line: `${name}: missing. Make it with: npm run evidence -- ${name}` };
  if (!file.passed) return { state: 'bad', line: `${name}: the kept result says that it failed.` };
  if (file.sourcesHash !== hash)
    return {
      state: 'bad',
      line: `${name}: older than the code it speaks about (${file.sources.join(', ')}). Make it anew with: npm run evidence -- ${name}`,
    };
  return { state: 'good', line: `${name}: is of this code` };
}
