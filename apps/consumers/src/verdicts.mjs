import { closingLine } from '../../setup/src/closing-line.mjs';

/** How one case ended. @typedef {'passed' | 'failed' | 'skipped'} Ending */
/** One line of the result. @typedef {{ readonly name: string, readonly ending: Ending, readonly note: string }} Verdict */

/** What a case lacks, with the reason. Caught by `judge`, which counts it as a skip, or as a failure where HALFTONE_REQUIRE lists it. */
export class Missing extends Error {
  /**
   * @param {import('../../setup/src/needs.mjs').Need | 'node' | 'canvas' | 'code'} need
   * @param {string} reason
   */
  constructor(need, reason) {
    super(reason);
    this.need = need;
  }
}

/** The verdicts of a run, printed one line each as they come. */
export class Verdicts {
  /** @type {Verdict[]} */
  list = [];

  /**
   * @param {ReadonlySet<string>} required - needs whose lack is a failure
   * @param {(line: string) => void} [print] - where lines go; stdout unless given
   */
  constructor(required, print = console.log) {
    this.required = required;
    this.print = print;
  }

  /**
   * Runs one case, prints its line and goes on whatever happens.
   *
   * @param {string} name
   * @param {() => Promise<string | void>} run - resolves to a note
   */
  async judge(name, run) {
    const start = performance.now();
    const { ending, note } = await run().then(
      (text) => ({ ending: /** @type {Ending} */ ('passed'), note: text ?? '' }),
      (error) => this.#fault(error),
    );
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    this.print(`${ending === 'failed' ? 'FAILED' : ending}: ${name}, ${seconds} s${note ? `. ${note}` : ''}`);
    this.list.push({ name, ending, note });
  }

  /** Prints the closing line and sets the exit code. */
  close() {
    const count = /** @param {Ending} ending */ (ending) => this.list.filter((one) => one.ending === ending).length;
    for (const { name, ending } of this.list) if (ending === 'failed') this.print(`failed: ${name}`);
    this.print(closingLine({ passed: count('passed'), failed: count('failed'), skipped: count('skipped') }));
    process.exitCode = count('failed') === 0 ? 0 : 1;
  }

  /**
   * @param {unknown} error
   * @returns {{ ending: Ending, note: string }}
   */
  #fault(error) {
    if (!(error instanceof Missing))
      return { ending: 'failed', note: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    if (this.required.has(error.need)) return { ending: 'failed', note: `HALFTONE_REQUIRE lists ${error.need}: ${error.message}` };
    return { ending: 'skipped', note: `needs ${error.need}: ${error.message}` };
  }
}
