import type { Length } from '../lesson.ts';
import type { News, Order } from './protocol.ts';

/** A run in a worker of its own. */
export interface TutorialRun {
  /** Asks it to stop at its next step, and ends it where it does not. */
  stop(): void;
  /** Ends it at once. */
  end(): void;
}

const PATIENCE_MS = 4000;

/**
 * Starts a program in a worker.
 *
 * @param hear - gets all that the worker tells, and `failed` where it breaks; nothing after the last word
 */
export function startTutorial(
  order: { readonly name: string; readonly length: Length; readonly seed: number; readonly anew: boolean },
  hear: (news: News) => void,
): TutorialRun {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let patience: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const end = (): void => {
    over = true;
    clearTimeout(patience);
    worker.terminate();
  };
  const say = (news: News): void => {
    if (over) return;
    if (news.kind !== 'progress' && news.kind !== 'note') end();
    hear(news);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<News>) => say(data));
  worker.addEventListener('error', ({ message }) => say({ kind: 'failed', message: message || 'the worker could not be loaded.' }));
  worker.postMessage({ kind: 'run', ...order } satisfies Order);
  return {
    stop: () => {
      worker.postMessage({ kind: 'stop' } satisfies Order);
      patience ??= setTimeout(() => say({ kind: 'stopped' }), PATIENCE_MS);
    },
    end,
  };
}
