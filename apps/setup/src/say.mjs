/**
 * Tells the user one line of set-up, on stderr: stdout belongs to the job.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`[setup] ${line}\n`);
}

/** Something that set-up cannot bring. Its message is the one line that the user reads; no stack is shown. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: unknown }} [options]
   */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupError';
  }
}

/**
 * Runs a job; a `SetupError` becomes its line and exit code 1, anything else is our mistake and keeps its stack.
 *
 * @param {() => Promise<void>} job
 */
export async function orOneLine(job) {
  try {
    await job();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
