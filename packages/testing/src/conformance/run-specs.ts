import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ConformanceOptions } from './options.ts';
import type { ShardMessage, ShardResult, ShardTask } from './protocol.ts';
import { yardstickOf } from './result-lists.ts';
import { bundleSpecs, wasmFolder } from './spec-bundle.ts';

/** A shard that starts no spec for so long is stuck: milliseconds, several times what the slowest spec may take. */
const SILENCE = 90_000;

/** Where the command finds its sources and may write. */
export interface Places {
  readonly root: string;
  readonly workFolder: string;
  /** A folder to write to from which `@tensorflow/tfjs-node` is found, and the tfjs-core that it uses. */
  readonly besideNode: string;
}

/** One whole run of the specs. */
export interface RunResult extends ShardResult {
  readonly seconds: number;
}

/** Bundles the specs once and runs them in as many processes as `shards` says. */
export async function runSpecs(options: ConformanceOptions, places: Places): Promise<RunResult> {
  const start = performance.now();
  const bundle = await prepareBundle(options, places);
  const tasks = Array.from({ length: options.shards }, (_, shard): ShardTask => {
    const { shards, quarter, filter } = options;
    return {
      bundle,
      gpu: options.plugin === 'webgpu',
      choice: { shard, shards, ...(quarter === undefined ? {} : { quarter }), ...(filter === undefined ? {} : { filter }) },
    };
  });
  const results = await Promise.all(tasks.map((task) => runInProcess(task, places.workFolder)));
  return { ...merge(results), seconds: Math.round((performance.now() - start) / 1000) };
}

async function prepareBundle(options: ConformanceOptions, { root, workFolder, besideNode }: Places): Promise<string> {
  const name = options.stock ? `stock-${yardstickOf(options)}` : options.plugin;
  const outfile = join(options.plugin === 'node' ? besideNode : workFolder, `specs-${name}.mjs`);
  const define = {
    CONFORMANCE_MODE: JSON.stringify(options.mode),
    CONFORMANCE_BASE: JSON.stringify(options.base),
    CONFORMANCE_FUSION: JSON.stringify(options.fusion),
    WASM_FOLDER: JSON.stringify(wasmFolder(root)),
  };
  const core = options.plugin === 'node' ? 'required' : 'bundled';
  await bundleSpecs({ root, setupFile: join(root, 'src/conformance/setup', `${name}.ts`), outfile, define, core });
  return outfile;
}

function runInProcess(task: ShardTask, workFolder: string): Promise<ShardResult> {
  return new Promise((resolve, reject) => {
    const child = fork(join(workFolder, 'shard-process.mjs'), [JSON.stringify(task)], {
      stdio: ['ignore', 2, 'inherit', 'ipc'],
      env: { TF_CPP_MIN_LOG_LEVEL: '3', ...process.env }, // TensorFlow logs each error of an operation, which specs provoke
    });
    let result: ShardResult | undefined;
    let running = 'nothing yet';
    const stop = (): boolean => child.kill();
    const watch = (): NodeJS.Timeout => setTimeout(stop, SILENCE);
    let watchdog = watch();
    process.once('exit', stop);
    child.on('message', (message: ShardMessage) => {
      clearTimeout(watchdog);
      watchdog = watch();
      if ('result' in message) result = message.result;
      else running = message.running;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog);
      process.off('exit', stop);
      if (result !== undefined) resolve(result);
      else
        reject(
          new Error(
            `[testing] shard ${task.choice.shard} must send its result, got ${signal ?? `exit code ${code}`} while running: ${running}. Its last lines are above; try --filter with that name.`,
          ),
        );
    });
  });
}

function merge(results: readonly ShardResult[]): ShardResult {
  const first = results[0];
  if (first === undefined) throw new RangeError('[testing] results must hold one shard or more, got none. Use --shards 1.');
  return {
    backend: first.backend,
    device: first.device,
    passed: results.flatMap(({ passed }) => passed),
    failures: Object.assign({}, ...results.map(({ failures }) => failures)) as Record<string, string>,
    pending: results.reduce((sum, { pending }) => sum + pending, 0),
  };
}
