import { SingleBar } from 'cli-progress';
import type { RunMessage } from './run-result.ts';
import { loss, span } from './figures.ts';

/** Shows how far one run is. */
export interface RunProgress {
  message(message: RunMessage): void;
  /** Ends the line; `summary` says what came out. */
  end(summary: string): void;
}

const LINES_PER_RUN = 4; // where a bar cannot be drawn
const TITLE_WIDTH = 24;

/**
 * Shows the progress of a run on stderr: a bar on a terminal, a few lines elsewhere.
 *
 * @param title - of the run
 * @param steps - how many it will do
 */
export function runProgress(title: string, steps: number): RunProgress {
  return process.stderr.isTTY ? barProgress(title, steps) : lineProgress(title, steps);
}

function barProgress(title: string, steps: number): RunProgress {
  const bar = new SingleBar({
    format: `${title.padEnd(TITLE_WIDTH)} [{bar}] {value}/{total}  {note}`,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: 24,
    hideCursor: true,
    stream: process.stderr,
  });
  bar.start(steps, 0, { note: 'starting' });
  const clock = stepClock(steps);
  return {
    message: (message) => {
      if (message.kind === 'ready') bar.update(0, { note: 'building the pipelines' });
      if (message.kind === 'step') bar.update(message.step, { note: `loss ${loss(message.loss)}  ${clock(message.step)}` });
      if (message.kind === 'evaluating') bar.update(steps, { note: 'naming the held-out digits' });
    },
    end: (summary) => {
      bar.update(steps, { note: summary });
      bar.stop();
    },
  };
}

function lineProgress(title: string, steps: number): RunProgress {
  const every = Math.max(1, Math.ceil(steps / LINES_PER_RUN));
  const clock = stepClock(steps);
  const say = (text: string): void => void process.stderr.write(`${title.padEnd(TITLE_WIDTH)} ${text}\n`);
  return {
    message: (message) => {
      if (message.kind === 'ready') say('started');
      if (message.kind !== 'step') return;
      const left = clock(message.step);
      if (message.step % every === 0) say(`step ${message.step} of ${steps}  loss ${loss(message.loss)}  ${left}`.trimEnd());
    },
    end: say,
  };
}

/** Tells the time left from the steps so far; the first one, which builds the pipelines, does not count. */
function stepClock(steps: number): (step: number) => string {
  let first: number | undefined;
  return (step) => {
    const now = performance.now();
    first ??= now;
    return step < 3 || step === steps ? '' : `${span(((now - first) / (step - 1) / 1000) * (steps - step))} left`;
  };
}
