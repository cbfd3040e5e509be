import { SingleBar } from 'cli-progress';
import type { Progress } from '../lesson.ts';

/** Shows on stderr how far a program is. */
export interface ProgressLine {
  report(progress: Progress): void;
  end(): void;
}

const TITLE_WIDTH = 24;
const LINES_PER_PART = 4; // where a bar cannot be drawn

/** A bar for each part on a terminal, a few lines elsewhere. */
export function progressLine(): ProgressLine {
  return process.stderr.isTTY ? barProgress() : lineProgress();
}

function barProgress(): ProgressLine {
  let bar: SingleBar | undefined;
  let part = '';
  const end = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    report: ({ what, step, steps, loss }) => {
      if (what !== part || bar === undefined) {
        end();
        part = what;
        bar = new SingleBar({
          format: `${what.padEnd(TITLE_WIDTH)} [{bar}] {value}/{total}  {note}`,
          barCompleteChar: '=',
          barIncompleteChar: ' ',
          barsize: 24,
          hideCursor: true,
          stream: process.stderr,
        });
        bar.start(steps, 0, { note: '' });
      }
      bar.update(step, { note: loss === undefined ? '' : `loss ${loss.toPrecision(4)}` });
    },
    end,
  };
}

function lineProgress(): ProgressLine {
  return {
    report: ({ what, step, steps, loss }) => {
      if (step % Math.max(1, Math.ceil(steps / LINES_PER_PART)) !== 0 && step !== steps) return;
      process.stderr.write(
        `${what.padEnd(TITLE_WIDTH)} step ${step} of ${steps}${loss === undefined ? '' : `  loss ${loss.toPrecision(4)}`}\n`,
      );
    },
    end: () => undefined,
  };
}
