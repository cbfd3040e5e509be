/** The oldest Node that the tests run on; `engines` of every package says the same. */
export const oldestNode = '20.19.0';

/**
 * Says what is wrong with a version of Node, or nothing.
 *
 * Pure. Written in plain syntax, because an old Node has to be able to read this file.
 *
 * @param {string} version - as in `process.versions.node`
 * @returns {string | undefined} the line for the user
 * @example
 * nodeVersionProblem('20.20.2'); // undefined
 */
export function nodeVersionProblem(version) {
  const [have, need] = [version, oldestNode].map((text) => text.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0));
  if (have === undefined || need === undefined || have >= need) return undefined;
  return `[setup] Halftone needs Node ${oldestNode} or newer, got ${version}. Install one from https://nodejs.org and run the same command again.`;
}
