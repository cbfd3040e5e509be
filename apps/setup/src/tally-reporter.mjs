import { writeFileSync } from 'node:fs';

/**
 * A reporter for vitest that writes what `npm test` adds up: counts, and each skipped test with its reason.
 *
 * The file is named by HALFTONE_TALLY. Errors outside of tests, and files that could not be read, count as failures.
 */
export default class TallyReporter {
  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    /** @type {string[]} */
    const skips = [];
    for (const module of modules) {
      const before = count.failed;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') count.passed++;
        else if (result.state === 'failed') count.failed++;
        else {
          count.skipped++;
          skips.push(`${module.relativeModuleId}: ${test.fullName}${'note' in result && result.note ? ` (${result.note})` : ''}`);
        }
      }
      if (module.state() === 'failed' && count.failed === before) count.failed++;
    }
    const file = process.env['HALFTONE_TALLY'];
    if (file) writeFileSync(file, JSON.stringify({ ...count, skips }));
  }
}
