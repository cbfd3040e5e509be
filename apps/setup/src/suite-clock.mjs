/** @import { Suite } from './suites.mjs' */

/** When a run of everything is over, whatever is left: an hour less what the closing lines and a slow machine's last process take. */
export const lastMinute = 58;

/**
 * How many minutes suites take at most, one after the other: those that keep one core busy go side by side, as many as there are cores.
 *
 * Pure.
 *
 * @param {readonly Pick<Suite, 'budgetMinutes' | 'beside'>[]} suites
 * @param {number} cores - of the machine, at least 1
 * @returns {number}
 */
export function plannedMinutes(suites, cores) {
  let minutes = 0;
  /** @type {number[]} */
  let lanes = [];
  const together = () => ((minutes += Math.max(0, ...lanes)), (lanes = []));
  for (const { budgetMinutes, beside } of suites) {
    if (!beside || cores === 1) {
      together();
      minutes += budgetMinutes;
      continue;
    }
    const [shortest = 0, ...others] = lanes.length < cores ? [0, ...lanes] : lanes.toSorted((a, b) => a - b);
    lanes = [shortest + budgetMinutes, ...others];
  }
  together();
  return minutes;
}

/**
 * How long a suite may run: its budget, and what those before it left of theirs. What comes after keeps its own.
 *
 * A budget says what a suite should take. A suite that takes more on a slow machine is told of in the closing table; it is ended only where the hour would not hold.
 *
 * Pure.
 *
 * @param {Pick<Suite, 'budgetMinutes'>} suite
 * @param {{ readonly later: readonly Pick<Suite, 'budgetMinutes' | 'beside'>[], readonly cores: number, readonly elapsedMinutes: number }} when
 * @returns {number} minutes from now, at least the suite's own budget
 */
export function allowedMinutes({ budgetMinutes }, { later, cores, elapsedMinutes }) {
  return Math.max(budgetMinutes, lastMinute - elapsedMinutes - plannedMinutes(later, cores));
}
