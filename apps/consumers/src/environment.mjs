import { childEnvironment } from '../../setup/src/child-environment.mjs';
import { allNeeds, provide } from '../../setup/src/needs.mjs';
import { Missing } from './verdicts.mjs';

/** @import { Need } from '../../setup/src/needs.mjs' */

/**
 * The environment of a case that needs more than Node.
 *
 * @param {readonly Need[]} needs
 * @returns {Promise<Record<string, string | undefined>>}
 * @throws {Missing} with the reason, if one of them cannot be had
 */
export async function environmentFor(needs) {
  /** @type {Record<string, string | undefined>} */
  let env = { ...process.env };
  for (const need of allNeeds().filter((one) => needs.includes(one))) {
    const { env: added, problem } = await provide(need);
    if (problem) throw new Missing(need, problem);
    if (need === 'tensorflow') refuseNewNode();
    env = childEnvironment(env, added);
  }
  return env;
}

/** tfjs-node 4.22 calls functions that Node 23 has no longer. */
function refuseNewNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) >= 23) throw new Missing('node', `tfjs-node 4.22 runs on Node up to 22, this is ${version}`);
}
