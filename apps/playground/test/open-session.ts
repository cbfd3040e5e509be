import type { io } from '@tensorflow/tfjs-core';
import type { FromWorker } from '../src/protocol.ts';
import type { StepRecord } from '../src/state/records.ts';
import type { PolicyName, Settings } from '../src/state/settings.ts';
import { TrainingSession } from '../src/training-session.ts';

/** Checkpoints by policy, in memory. */
export type Kept = Map<PolicyName, io.ModelArtifacts>;

/** A session whose messages are listened to, as the page listens to the worker. */
export interface OpenedSession {
  readonly session: TrainingSession;
  readonly kept: Kept;
  start(settings: Settings, how?: { readonly resume?: boolean }): Promise<void>;
  /** All messages of a kind. */
  all<Kind extends FromWorker['kind']>(kind: Kind): readonly Extract<FromWorker, { readonly kind: Kind }>[];
  /** The last of them. */
  said<Kind extends FromWorker['kind']>(kind: Kind): Extract<FromWorker, { readonly kind: Kind }> | undefined;
  last(): FromWorker;
  records(policy: PolicyName): readonly StepRecord[];
  losses(policy: PolicyName): readonly (number | null)[];
  on(kind: FromWorker['kind'], call: () => void): void;
  onStep(policy: PolicyName, step: number, call: () => void): void;
}

/** How a session is opened. */
export interface SessionOptions {
  readonly kept?: Kept;
  /** What saving fails with. */
  readonly refuses?: string;
  /** What the emulation runs on: wasm, whose binaries lie in node_modules, unless told otherwise. */
  readonly base?: 'wasm' | 'cpu';
}

const opened: TrainingSession[] = [];

/** Frees what the sessions of a test hold, also where the test has failed. */
export async function closeSessions(): Promise<void> {
  for (const session of opened.splice(0)) await session.dispose();
}

/** Opens a session in this process, on one kind of device. */
export function openSession(only: 'webgpu' | 'emulate', { kept = new Map(), refuses, base = 'wasm' }: SessionOptions = {}): OpenedSession {
  const messages: FromWorker[] = [];
  const calls: { readonly when: (message: FromWorker) => boolean; readonly call: () => void }[] = [];
  const place = (policy: PolicyName): io.IOHandler => ({
    async save(artifacts) {
      if (refuses !== undefined) throw new Error(refuses);
      kept.set(policy, artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    load: async () => kept.get(policy) ?? {},
  });
  const session = new TrainingSession({
    post(message) {
      messages.push(message);
      for (const { when, call } of calls) if (when(message)) call();
    },
    targetOf: place,
    emulate: { base },
    only,
  });
  opened.push(session);
  const records = (policy: PolicyName): StepRecord[] =>
    messages.flatMap((message) => (message.kind === 'step' && message.policy === policy ? [message.record] : []));
  return {
    session,
    kept,
    start: (settings, { resume = false } = {}) => session.start({ kind: 'start', settings, images: null, resume }),
    all: (kind) => messages.filter((message) => message.kind === kind) as never,
    said: (kind) => messages.filter((message) => message.kind === kind).at(-1) as never,
    last: () => messages.at(-1) as FromWorker,
    records,
    losses: (policy) => records(policy).map(({ loss }) => loss),
    on: (kind, call) => void calls.push({ when: (message) => message.kind === kind, call }),
    onStep: (policy, step, call) =>
      void calls.push({ when: (message) => message.kind === 'step' && message.policy === policy && message.record.step === step, call }),
  };
}
