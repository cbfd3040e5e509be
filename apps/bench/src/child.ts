import type { Answer, Order } from './child-protocol.ts';
import { count, time } from './measure.ts';
import type { Subject } from './subject.ts';

/**
 * The work of a measuring process: takes one order at a time and answers each with one message, until the parent lets go.
 *
 * Libraries are loaded only here, so that the parent stays small and each contestant has a process of its own.
 */
export function serveOrders(): void {
  let subject: Subject | undefined;
  const answers: { readonly [Kind in Order['kind']]: (order: Extract<Order, { kind: Kind }>) => Promise<Answer> } = {
    async count({ spec }) {
      const { openSubject } = await import('./subject.ts');
      subject = await openSubject(spec);
      return { kind: 'counted', counted: await count(spec, subject) };
    },
    async time({ steps }) {
      if (subject === undefined) throw new Error('[bench] steps must be counted before they are timed, got no count. Send count first.');
      return { kind: 'timed', timed: await time(subject, steps) };
    },
    async fit({ order }) {
      const { probeFit } = await import('./fit/probe.ts');
      return { kind: 'fitted', probe: await probeFit(order) };
    },
    async 'open-kernels'({ spec }) {
      const { openKernels } = await import('./kernels/kernel-runner.ts');
      return { kind: 'opened', device: await openKernels(spec) };
    },
    async 'time-kernel'({ index }) {
      const { timeKernel } = await import('./kernels/kernel-runner.ts');
      return { kind: 'kernel', result: await timeKernel(index) };
    },
  };
  process.once('disconnect', () => process.exit(0)); // Dawn's threads would keep the process
  process.on('message', (raw) => {
    const order = raw as Order;
    const work = answers[order.kind] as (given: Order) => Promise<Answer>;
    work(order).then(send, (error: unknown) =>
      send({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}

function send(answer: Answer): void {
  process.send?.(answer);
}
