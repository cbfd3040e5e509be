import type { FromWorker, ToWorker } from './protocol.ts';

/** A worker that trains. TensorFlow.js lives in it alone: the page stays light, and free to scroll. */
export interface TrainingWorker {
  send(message: ToWorker): void;
  /** Ends it at once; what it held on the device is free again. */
  end(): void;
}

/**
 * Starts a worker. Nothing of TensorFlow.js is loaded before.
 *
 * @param onMessage - what it says; that it could not start, too
 */
export function openWorker(onMessage: (message: FromWorker) => void): TrainingWorker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => onMessage(data));
  worker.addEventListener('error', (event) => {
    const text = event.message ? event.message : 'its program did not load';
    onMessage({ kind: 'failed', message: `[playground] the worker must run, got: ${text}. Reload the page.` });
  });
  return { send: (message) => worker.postMessage(message), end: () => worker.terminate() };
}
