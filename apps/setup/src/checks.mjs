import { join } from 'node:path';
import { root } from './folders.mjs';

/** A check of `npm test` that is not a vitest run. @typedef {{ readonly name: string, readonly args: readonly string[] }} Check */

const tool = /** @type {(name: string, file: string) => string} */ (
  (name, file) => join(root, 'apps', 'checks', 'node_modules', name, 'bin', file)
);
const own = /** @type {(file: string) => string} */ ((file) => join(root, 'apps', 'checks', 'src', file));

/**
 * Each is run by this Node; exit code 0 is a pass. `npm run format` and `npm run lint` repair what the first two find.
 *
 * @type {readonly Check[]}
 */
export const checks = [
  { name: 'format', args: [tool('oxfmt', 'oxfmt'), '--check'] },
  { name: 'lint', args: [own('lint.mjs')] },
  { name: 'import boundaries', args: [own('boundaries.mjs')] },
  { name: 'manifests', args: [own('manifests.mjs')] },
  { name: 'results in the README', args: [own('readme.mjs'), '--check'] },
  { name: 'types', args: [own('types.mjs')] },
];
