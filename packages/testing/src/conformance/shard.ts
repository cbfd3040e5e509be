import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { dawn } from '../dawn.ts';
import { healBetweenSuites, keepBackend } from './keep-backend.ts';
import { ENVIRONMENT_NAME, type ShardMessage, type ShardResult, type ShardTask, type SpecSetup } from './protocol.ts';
import { isChosen, type SpecPlace } from './spec-choice.ts';

/** The parts of jasmine 3.99 that are used here. */
interface Suite {
  readonly id: string;
  readonly children?: readonly Suite[];
  getFullName(): string;
}
interface SpecDone {
  readonly id: string;
  readonly status: string;
  readonly failedExpectations: readonly { readonly message: string }[];
}
interface Runner {
  readonly jasmine: { DEFAULT_TIMEOUT_INTERVAL: number };
  readonly env: {
    topSuite(): Suite;
    configure(options: { random: boolean; specFilter: (spec: Suite) => boolean }): void;
  };
  exitOnCompletion: boolean;
  exit: () => void;
  clearReporters(): void;
  addReporter(reporter: { specStarted(spec: { readonly id: string }): void; specDone(result: SpecDone): void; jasmineDone(): void }): void;
  execute(): Promise<void>;
}
interface SpecBundle {
  readonly tf: typeof TensorFlow;
  readonly setup: (tf: typeof TensorFlow) => Promise<SpecSetup>;
  readonly setTestEnvs: (environments: readonly object[]) => void;
  readonly load: () => Promise<unknown>;
}

const SPEC_TIMEOUT = 15_000; // milliseconds
const REPORT_EVERY = 250; // specs
const MESSAGE_LENGTH = 160;

/** Runs one shard's specs in this process and sends its result to the parent. */
export async function runShard(task: ShardTask): Promise<void> {
  if (task.gpu) await dawn();
  const runner = createRunner();
  const { tf, setup, setTestEnvs, load } = (await import(pathToFileURL(task.bundle).href)) as SpecBundle;
  const { backendName, device, isDataSync, flags, runsOn, renew } = await setup(tf);
  keepBackend(tf, runsOn === undefined ? [backendName] : [backendName, runsOn]);
  if (renew !== undefined) healBetweenSuites(tf, backendName, renew);
  setTestEnvs([{ name: ENVIRONMENT_NAME, backendName, isDataSync, ...(flags === undefined ? {} : { flags }) }]);
  await load();
  Error.stackTraceLimit = 10; // jasmine_util sets Infinity, which makes every expected throw slow
  const places = placesOf(runner.env.topSuite(), flags);
  const chosen = new Set([...places].filter(([, place]) => isChosen(place, task.choice)).map(([id]) => id));
  runner.env.configure({ random: false, specFilter: ({ id }) => chosen.has(id) });
  const found = await runSpecs(runner, places, chosen, task.choice.shard);
  await send({ result: { backend: backendName, device, ...found } });
  process.exit(0); // Dawn keeps the process alive otherwise
}

/** TensorFlow's binding gives a number on the first line and the words on the second: they belong together. */
function firstLine(message: string): string {
  return message.replace(/^(.*TF_Status: \d+)\n/, '$1. ').split('\n')[0] ?? '';
}

function send(message: ShardMessage): Promise<void> {
  return new Promise((resolve) => void process.send?.(message, () => resolve()));
}

function createRunner(): Runner {
  const Jasmine = createRequire(import.meta.url)('jasmine') as new () => Runner;
  const runner = new Jasmine();
  runner.clearReporters();
  runner.exitOnCompletion = false;
  runner.exit = () => undefined;
  return runner;
}

/** Every spec's unique name, without backend and flags, and the index of its top-level suite. */
function placesOf(top: Suite, flags: SpecSetup['flags']): Map<string, SpecPlace> {
  const noise = ` ${ENVIRONMENT_NAME} ${JSON.stringify(flags ?? {})}`;
  const places = new Map<string, SpecPlace>();
  const seen = new Map<string, number>();
  const visit = (node: Suite, suite: number): void => {
    for (const child of node.children ?? []) visit(child, suite);
    if (node.children !== undefined) return;
    const plain = node.getFullName().replace(noise, '');
    const times = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, times);
    places.set(node.id, { name: times === 1 ? plain : `${plain} (${times})`, suite });
  };
  (top.children ?? []).forEach(visit);
  return places;
}

async function runSpecs(
  runner: Runner,
  places: ReadonlyMap<string, SpecPlace>,
  chosen: ReadonlySet<string>,
  shard: number,
): Promise<Omit<ShardResult, 'backend' | 'device'>> {
  const passed: string[] = [];
  const failures: Record<string, string> = {};
  let pending = 0;
  let ran = 0;
  const quiet = () => undefined;
  Object.assign(console, { log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet });
  const done = new Promise<void>((resolve) =>
    runner.addReporter({
      specStarted({ id }) {
        runner.jasmine.DEFAULT_TIMEOUT_INTERVAL = SPEC_TIMEOUT; // some specs raise it to 1000 seconds for all that follow
        if (chosen.has(id)) void send({ running: places.get(id)?.name ?? id });
      },
      specDone({ id, status, failedExpectations }) {
        if (!chosen.has(id)) return;
        const name = places.get(id)?.name ?? id;
        if (status === 'passed') passed.push(name);
        else if (status === 'failed') failures[name] = firstLine(failedExpectations[0]?.message ?? 'no message').slice(0, MESSAGE_LENGTH);
        else pending++;
        if (++ran % REPORT_EVERY === 0)
          process.stderr.write(`shard ${shard}: ${ran} of ${chosen.size}, ${Object.keys(failures).length} failing\n`);
      },
      jasmineDone: () => resolve(),
    }),
  );
  await runner.execute();
  await done;
  return { passed, failures, pending };
}
