import { wasmPaths } from '@halftone/page/wasm';
import type { FromWorker, ToWorker } from './protocol.ts';
import { browserTarget } from './training-checkpoint.ts';
import { TrainingSession } from './training-session.ts';

/** What a dedicated worker has and this needs; the library of types is that of pages. */
interface WorkerScope {
  postMessage(message: FromWorker): void;
  addEventListener(kind: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const session = new TrainingSession({
  post: (message) => scope.postMessage(message),
  targetOf: browserTarget,
  emulate: { base: 'wasm', wasmPaths },
});

scope.addEventListener('message', ({ data }) => {
  switch (data.kind) {
    case 'start':
      void session.start(data);
      break;
    case 'pause':
      return session.pause();
    case 'resume':
      return session.resume();
    case 'stop':
      return session.stop();
    case 'loseDevice':
      return session.loseDevice();
    case 'saveHalf':
      void session.saveHalf();
      break;
    default:
      data satisfies never;
  }
});
