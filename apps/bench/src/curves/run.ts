import type { CurveMessage, CurveSpec } from './curve-spec.ts';
import { trainCurve } from './train-curve.ts';

// The process of one training: gets its spec as the first message, tells its losses, ends with the result.
process.once('disconnect', () => process.exit(1)); // nobody waits any more
process.once('message', (spec) => void work(spec as CurveSpec));

async function work(spec: CurveSpec): Promise<void> {
  try {
    const result = await trainCurve(spec, (step, loss) => process.send?.({ kind: 'step', step, loss } satisfies CurveMessage));
    await sendLast({ kind: 'result', result });
    process.exit(0); // Dawn's threads would keep the process
  } catch (error) {
    await sendLast({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exit(1);
  }
}

async function sendLast(message: CurveMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
