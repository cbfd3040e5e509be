import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { askedNeeds } from './asked-needs.mjs';
import { childEnvironment } from './child-environment.mjs';
import { allNeeds, provide } from './needs.mjs';
import { root } from './folders.mjs';
import { runJob } from './run-command.mjs';
import { orOneLine, say, SetupError } from './say.mjs';
import { buildWorkspace, installWorkspace } from './workspace.mjs';

/**
 * Runs a script with the whole workspace installed and the named needs provided.
 *
 * A need that cannot be had is said in one line; the script decides whether it can do without.
 *
 * @param {readonly string[]} words - needs, perhaps `build`, then the script and its arguments, which may ask for more
 */
export function scriptJob(words) {
  return orOneLine(async () => {
    const isWish = /** @param {string} word */ (word) => word === 'build' || allNeeds().some((need) => need === word);
    const end = words.findIndex((word) => !isWish(word));
    const wishes = [...words.slice(0, end), ...askedNeeds(words.slice(end + 1))];
    const script = words[end] ?? '';
    const isThere = () => existsSync(join(root, script));
    const built = ['./packages/*', '@halftone/demo', '@halftone/bench', '@halftone/keras-proof', '@halftone/tutorials'];
    const mayBeBuilt = wishes.includes('build') && script.includes('/dist/');
    if (script === '' || (!isThere() && !mayBeBuilt)) throw noScript(script);
    await installWorkspace('all');
    if (wishes.includes('build')) await buildWorkspace(built);
    if (!isThere()) throw noScript(script);
    let env = { ...process.env };
    for (const need of allNeeds()) {
      if (!wishes.includes(need)) continue;
      const provision = await provide(need);
      if (provision.problem && need !== 'vulkan') say(provision.problem);
      env = childEnvironment(env, provision.env);
    }
    await runJob(process.execPath, words.slice(end), { env });
  });
}

/** @param {string} script */
function noScript(script) {
  return new SetupError(`there is no script ${script || '(none was named)'}. Name one by its path from the repository's root.`);
}
