import { message } from '../../bytes/model-file-error.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** A signal that ends a program unless it listens. */
export type InterruptSignal = (typeof SIGNALS)[number];

/** Whether a signal has come; it came once, and the next one does what it always does. */
export interface SignalWatch {
  readonly signal: InterruptSignal | null;
  /** Ends it. */
  dispose(): void;
}

/**
 * Listens for the first of some signals. From then on it listens to none of them, so that a second Ctrl-C ends the program at once.
 * In a browser, where there are no signals, none ever comes.
 */
export function watchSignals(signals: readonly InterruptSignal[] = SIGNALS): SignalWatch {
  const { process } = globalThis as { readonly process?: Pick<NodeJS.Process, 'on' | 'off'> };
  let came: InterruptSignal | null = null;
  const isNode = typeof process?.on === 'function';
  const listeners = signals.map((name) => {
    const listener = (): void => {
      came ??= name;
      dispose();
    };
    return [name, listener] as const;
  });
  const dispose = (): void => {
    if (isNode) for (const [name, listener] of listeners) process.off(name, listener);
  };
  if (isNode) for (const [name, listener] of listeners) process.on(name, listener);
  return {
    get signal() {
      return came;
    },
    dispose,
  };
}

/** Refuses what is no signal that can be listened for. */
export function checkSignals(signals: readonly InterruptSignal[] = SIGNALS): void {
  const unknown = signals.find((name) => !SIGNALS.includes(name));
  if (unknown !== undefined)
    throw new RangeError(message(`signals must be of ${SIGNALS.join(' and ')}`, String(unknown), 'Leave them out for both.'));
}
