import { trainOnce } from './training-run.ts';
import type { RunMessage } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';

// The process of one run: gets its spec as the first message, tells its progress, ends with the result.
process.once('disconnect', () => process.exit(1)); // nobody waits any more
process.once('message', (spec) => void work(spec as RunSpec));

async function work(spec: RunSpec): Promise<void> {
  try {
    const result = await trainOnce(spec, (message) => send(message));
    await sendLast({ kind: 'result', result });
    process.exit(0); // Dawn's threads would keep the process
  } catch (error) {
    await sendLast({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exit(1);
  }
}

function send(message: RunMessage): void {
  process.send?.(message);
}

async function sendLast(message: RunMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
