import { fork, type ChildProcess } from 'node:child_process';
import type { Answer, Order } from './child-protocol.ts';
import { nodeFor } from './node-for.ts';

/** First argument of a process that measures; everything else comes as messages. */
export const CHILD = '--measure';

const KEPT_OUTPUT = 4000; // characters of a driver's talk that go into an error

/** A measuring process as its parent sees it. */
export interface Measurer {
  /** Sends an order and waits for its answer. One order at a time. */
  ask(order: Order): Promise<Answer>;
  /** Ends the process; its device goes with it. */
  close(): Promise<void>;
}

/**
 * Starts a measuring process: the same program again, by a Node that the contestant can run on.
 *
 * What it and its driver print is kept back and shown only in an error. It ends with this process.
 *
 * @param name - of the contestant, for errors
 * @param major - lowest major version of Node; another Node is fetched where this one is older
 */
export async function startMeasurer(name: string, major: number): Promise<Measurer> {
  const execPath = await nodeFor(major);
  const child = fork(process.argv[1] ?? '', [CHILD], {
    execPath,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const output = keepOutput(child);
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  const closed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`exit ${signal ?? code}`));
  });
  void closed.then(() => process.off('exit', kill));
  return {
    async ask(order) {
      const answered = new Promise<Answer>((resolve) => child.once('message', (message) => resolve(message as Answer)));
      child.send(order);
      const answer = await Promise.race([answered, closed.then((how): Answer => ({ kind: 'failed', message: how }))]);
      if (answer.kind !== 'failed') return answer;
      throw new Error(
        `[bench] the process of ${name} must answer ${order.kind}, got ${answer.message}. ${output() === '' ? 'Run it again.' : `It printed last:\n${output()}`}`,
      );
    },
    async close() {
      child.kill(); // after disconnect() Node would no longer wait for the child
      await closed;
    },
  };
}

function keepOutput(child: ChildProcess): () => string {
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => output;
}
