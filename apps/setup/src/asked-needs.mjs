/** @import { Need } from './needs.mjs' */

/**
 * Values of options that need more than a script needs otherwise.
 *
 * @type {Readonly<Record<string, Readonly<Record<string, Need>>>>}
 */
const needsOfOptions = {
  '--plugin': { node: 'tensorflow' },
  '--backend': { tensorflow: 'tensorflow', 'halftone-node': 'tensorflow' },
};

/** Programs that need more than the others of their command, by the first word: the tutorial about CUDA. @type {ReadonlyMap<string, readonly Need[]>} */
const needsOfPrograms = new Map([['cuda', ['tensorflow']]]);

/**
 * What a command line asks for by its options and its first word, so that nobody fetches TensorFlow who does not use it.
 *
 * Pure.
 *
 * @param {readonly string[]} args - `--plugin node` and `--plugin=node` are the same
 * @returns {Need[]}
 * @example
 * askedNeeds(['--plugin', 'node', '--json']); // ['tensorflow']
 */
export function askedNeeds(args) {
  const asked = args.flatMap((arg, index) => {
    const [option = '', value = args[index + 1] ?? ''] = arg.split('=', 2);
    return needsOfOptions[option]?.[value] ?? [];
  });
  return [...new Set([...asked, ...(needsOfPrograms.get(args[0] ?? '') ?? [])])];
}
