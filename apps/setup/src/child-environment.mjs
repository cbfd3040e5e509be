import { delimiter } from 'node:path';

/**
 * Adds what a driver or browser needs to an environment: folders go in front of the library path, everything else is set.
 *
 * Pure.
 *
 * @param {Readonly<Record<string, string | undefined>>} base - usually `process.env`
 * @param {Readonly<Record<string, string>>} added
 * @returns {Record<string, string | undefined>} a new object
 * @example
 * childEnvironment({ LD_LIBRARY_PATH: '/a' }, { LD_LIBRARY_PATH: '/b' }).LD_LIBRARY_PATH; // '/b:/a'
 */
export function childEnvironment(base, added) {
  const result = { ...base, ...added };
  if (base['LD_LIBRARY_PATH'] && added['LD_LIBRARY_PATH'])
    result['LD_LIBRARY_PATH'] = added['LD_LIBRARY_PATH'] + delimiter + base['LD_LIBRARY_PATH'];
  return result;
}
