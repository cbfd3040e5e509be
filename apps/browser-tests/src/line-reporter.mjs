/** @import { TestModule, Reporter } from 'vitest/node' */
/** @import { Tally } from '../../setup/src/closing-line.mjs' */

/** What a browser made of the tests. @typedef {{ passed: number, failed: number, skipped: number, failures: string[], skips: Record<string, number>, seconds: Record<string, number> }} BrowserTally */

/** One line a file and browser, and every failure by name. Skips are added up by their reason. @implements {Reporter} */
export class LineReporter {
  /** By the browser's name. @type {Record<string, BrowserTally>} */
  tallies = {};

  /** @param {(line: string) => void} [print] */
  constructor(print = console.log) {
    this.print = print;
  }

  /** @param {TestModule} module */
  onTestModuleEnd(module) {
    const browser = module.project.name;
    const tally = (this.tallies[browser] ??= { passed: 0, failed: 0, skipped: 0, failures: [], skips: {}, seconds: {} });
    const before = { ...tally };
    const fail = (
      /** @type {string} */ name,
      /** @type {ReadonlyArray<{ readonly message?: string, readonly stack?: string }>} */ errors,
    ) => {
      tally.failed++;
      tally.failures.push(name);
      this.print(`FAILED: ${browser}: ${name}\n${errors.map(({ message, stack }) => shown(message, stack)).join('\n')}`);
    };
    for (const test of module.children.allTests()) {
      const result = test.result();
      const name = `${module.relativeModuleId} > ${test.fullName}`;
      if (result.state === 'passed') tally.passed++;
      else if (result.state === 'failed') fail(name, result.errors);
      else {
        tally.skipped++;
        const reason = ('note' in result && result.note) || `without a reason: ${name}`;
        tally.skips[reason] = (tally.skips[reason] ?? 0) + 1;
      }
    }
    if (module.state() === 'failed' && tally.failed === before.failed) fail(module.relativeModuleId, module.errors());
    const seconds = module.diagnostic().duration / 1000;
    tally.seconds[module.relativeModuleId] = Math.round(seconds * 10) / 10;
    const counts = [`${tally.passed - before.passed} passed`];
    if (tally.failed > before.failed) counts.push(`${tally.failed - before.failed} failed`);
    if (tally.skipped > before.skipped) counts.push(`${tally.skipped - before.skipped} skipped`);
    this.print(`${browser}: ${module.relativeModuleId}, ${counts.join(', ')}, ${seconds.toFixed(1)} s`);
  }

  /**
   * @param {readonly TestModule[]} _modules
   * @param {ReadonlyArray<{ readonly message?: string, readonly stack?: string }>} unhandled - errors outside of tests
   */
  onTestRunEnd(_modules, unhandled) {
    this.unhandled = unhandled.map(({ message, stack }) => shown(message, stack));
    for (const text of this.unhandled) this.print(`FAILED: outside of tests\n${text}`);
  }
}

const LINES = 14;

/**
 * @param {string | undefined} message
 * @param {string | undefined} stack
 */
function shown(message = '', stack = '') {
  const places = stack.split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('/node_modules/'));
  return [...message.split('\n').slice(0, LINES), ...places.slice(0, 3)].map((line) => `  ${line}`).join('\n');
}
