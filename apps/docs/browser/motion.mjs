/** @import { Page } from 'playwright-core' */

/**
 * What moves by itself on a page whose reader asked for less motion.
 *
 * @param {Page} page - of a context with reduced motion
 * @throws {Error} for every animation that takes time
 */
export async function expectStill(page) {
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState, effect }) => playState === 'running' && Number(effect?.getComputedTiming().duration ?? 0) > 10)
      .map(({ effect }) => /** @type {KeyframeEffect} */ (effect).target?.outerHTML.slice(0, 120) ?? ''),
  );
  if (moving.length > 0) throw new Error(`moves in spite of reduced motion: ${moving.join(', ')}`);
}
