import { commonSwitches } from '../../consumers/src/chromium.mjs';
import { browserKinds } from '../../docs/browser/browser-kinds.mjs';

/** The browsers by the name that `--browser` takes: with `shader-f16`, on Mesa's CPU driver, and without, on SwiftShader. */
export const kinds = /** @type {const} */ ({ f16: browserKinds.f16, packed: browserKinds.packed });

/** @typedef {keyof typeof kinds} KindName */

/** Switches of both, beside those of the kind: WebGPU on a CPU driver, and no way out but to this machine. */
export const switches = [...commonSwitches, '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'];

/**
 * Reads what `--browser` takes.
 *
 * Pure.
 *
 * @param {string | undefined} name
 * @returns {KindName[]} both where none is named
 * @throws {RangeError} if there is no such browser
 */
export function browsersFrom(name) {
  const all = /** @type {KindName[]} */ (Object.keys(kinds));
  if (name === undefined) return all;
  const found = all.filter((one) => one === name);
  if (found.length === 0) throw new RangeError(`[browser-tests] browser must be ${all.join(' or ')}, got ${name}. Leave it out for both.`);
  return found;
}
