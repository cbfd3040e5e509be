import { withBrowser } from './open-browser.mjs';

/** @import { Verdicts } from '../../consumers/src/verdicts.mjs' */
/** @import { BrowserKind } from './browser-kinds.mjs' */
/** @import { OpenBrowser } from './open-browser.mjs' */
/** @import { Site } from './open-site.mjs' */

/** One thing to be true, in one browser. @typedef {{ readonly name: string, readonly run: (open: OpenBrowser, site: Site) => Promise<string | void> }} Case */
/** Cases that follow one another in a browser of their own. @typedef {{ readonly kind: BrowserKind, readonly cases: readonly Case[] }} Lane */

/**
 * Runs lanes side by side, each case in its order, and closes each lane with the question whether anything wanted to leave its browser.
 *
 * @param {readonly Lane[]} lanes
 * @param {Site} site
 * @param {Verdicts} verdicts
 * @param {string} only - cases whose name contains it; all if empty
 */
export async function runLanes(lanes, site, verdicts, only) {
  await Promise.all(
    lanes.map(async ({ kind, cases }) => {
      const name = `Chromium ${kind.title}`;
      const chosen = cases.map((one) => ({ ...one, name: `${name}: ${one.name}` })).filter((one) => one.name.includes(only));
      if (chosen.length === 0) return;
      /** @type {unknown} */
      let problem;
      await withBrowser(kind, async (open) => {
        for (const { name, run } of chosen) await verdicts.judge(name, () => run(open, site));
        await verdicts.judge(`${name}: nothing asks anybody else for anything`, async () => {
          const { foreign } = open.exit;
          if (foreign.length > 0) throw new Error([...new Set(foreign)].join(', '));
        });
      }).catch((error) => (problem = error));
      if (problem !== undefined) await verdicts.judge(`${name} opens and ends`, () => Promise.reject(problem));
    }),
  );
}
