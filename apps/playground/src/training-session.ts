import { version_core } from '@tensorflow/tfjs-core';
import { version_layers } from '@tensorflow/tfjs-layers';
import type { CheckpointTarget } from '@halftone/models';
import { registerOwnLayers } from './models/own-layers.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { runsOf, type PolicyName } from './state/settings.ts';
import { taskFor } from './tasks/task-for.ts';
import type { Task } from './tasks/task.ts';
import { releaseRun, restoreRun, saveRun, type Identity } from './training-checkpoint.ts';
import { openDevices, type DeviceOptions, type RunDevice } from './training-device.ts';
import { halfFiles } from './training-files.ts';
import { TrainingRun } from './training-run.ts';

/** What a session needs of the world around it. */
export interface SessionWorld {
  readonly post: (message: FromWorker) => void;
  readonly targetOf: (policy: PolicyName) => CheckpointTarget;
  readonly emulate: DeviceOptions['emulate'];
  readonly only?: DeviceOptions['only'];
}

type Start = Extract<ToWorker, { readonly kind: 'start' }>;

/**
 * One training from its start to its end: devices, runs, checkpoints.
 *
 * Runs take turns, step by step, each on a device of its own: both curves grow together, and the bytes of each are its own.
 */
export class TrainingSession {
  readonly #world: SessionWorld;
  #asked: 'pause' | 'stop' | null = null;
  #wake: () => void = () => undefined;
  #lost: string | null = null;
  #devices: readonly RunDevice[] = [];
  #runs: readonly TrainingRun[] = [];
  readonly #begun = new Set<TrainingRun>();
  #savedAt = 0;
  #over = false;
  #resting = false;
  /** Files that are being made: the current backend is theirs meanwhile. */
  #files: Promise<void> = Promise.resolve();

  constructor(world: SessionWorld) {
    this.#world = world;
  }

  /** Does all of a training; resolves when it is done, stopped, lost or failed. What went wrong is posted, not thrown. */
  async start(start: Start): Promise<void> {
    const { post } = this.#world;
    try {
      const task = await this.#prepare(start);
      const end = await this.#train(start, task);
      post({ kind: end });
    } catch (error) {
      await this.#tell(error);
    } finally {
      this.#over = true;
    }
  }

  /** Pauses after the step under way, with a checkpoint. */
  pause(): void {
    this.#asked ??= 'pause';
  }

  resume(): void {
    if (this.#asked === 'pause') this.#asked = null;
    this.#wake();
  }

  /** Ends after the step under way, with a checkpoint; the model stays. */
  stop(): void {
    this.#asked = 'stop';
    this.#wake();
  }

  loseDevice(): void {
    for (const device of this.#devices) device.lose();
  }

  /** Posts the model in half as files: that of the policy in question, not of the yardstick. Waits for the device. */
  async saveHalf(): Promise<void> {
    this.#files = this.#files.then(() => this.#makeFiles());
    await this.#files;
  }

  /** Frees models and devices and lets other tabs save. */
  async dispose(): Promise<void> {
    for (const run of this.#runs) {
      await run.dispose();
      await releaseRun(this.#world.targetOf(run.policy));
    }
    for (const device of this.#devices) device.dispose();
    [this.#runs, this.#devices] = [[], []];
  }

  async #makeFiles(): Promise<void> {
    try {
      const run = this.#runs.at(-1);
      if (run === undefined || !(this.#resting || this.#over))
        throw new Error('[playground] a model is saved while nothing trains, got a training under way. Pause it, or wait for its end.');
      this.#world.post({ kind: 'half', ...(await halfFiles(run)) });
    } catch (error) {
      this.#world.post({ kind: 'halfFailed', message: textOf(error) });
    }
  }

  async #prepare({ settings, images, resume }: Start): Promise<Task> {
    const { post, only, targetOf, emulate } = this.#world;
    const say = (what: string): void => post({ kind: 'preparing', what });
    say('making the data');
    const task = taskFor(settings, images);
    say('opening the device');
    const policies = runsOf(settings);
    const onLost = (reason: string): void => this.#loseNow(reason);
    this.#devices = await openDevices(policies, { emulate, onLost, ...(only === undefined ? {} : { only }) });
    say('making the model');
    registerOwnLayers();
    const runs: TrainingRun[] = [];
    this.#runs = runs;
    for (const [i, policy] of policies.entries()) {
      const run = await TrainingRun.open(policy, { device: this.#devices[i] as RunDevice, settings, task });
      runs.push(run);
      if (resume) await restoreRun(run, targetOf(policy), { settings, classes: images?.classes ?? [] });
    }
    this.#savedAt = resume ? this.#step() : 0;
    post({
      kind: 'ready',
      device: (this.#devices[0] as RunDevice).report,
      versions: { 'tfjs-core': version_core, 'tfjs-layers': version_layers },
      source: task.source,
      parameters: runs[0]?.model.countParams() ?? 0,
      runs: runs.map(({ policy, records }) => ({ policy, records: [...records], heldOut: null })),
    });
    return task;
  }

  async #train(start: Start, task: Task): Promise<'done' | 'stopped'> {
    const { settings, images } = start;
    const { post } = this.#world;
    const identity: Identity = { settings, classes: images?.classes ?? [] };
    while (this.#step() < settings.steps) {
      for (const run of this.#runs) if (run.step === this.#step()) await this.#takeTurn(run, task);
      const step = this.#step();
      if (step % settings.saveEvery === 0 || step >= settings.steps || this.#asked !== null) await this.#save(identity);
      if (this.#asked === 'pause') await this.#rest();
      if (this.#asked === 'stop') break;
    }
    for (const run of this.#runs) post({ kind: 'judged', policy: run.policy, heldOut: await run.judge(task.heldOut()) });
    return this.#asked === 'stop' ? 'stopped' : 'done';
  }

  /** One step of one run, and a breath in which messages of the page arrive. */
  async #takeTurn(run: TrainingRun, task: Task): Promise<void> {
    const { post } = this.#world;
    if (!this.#begun.has(run)) post({ kind: 'preparing', what: `first step in ${run.policy}: its kernels are compiled` });
    this.#begun.add(run);
    const record = await run.take(task.batch(run.step + 1));
    post({ kind: 'step', policy: run.policy, record });
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (this.#lost !== null) throw new LostError(this.#lost);
  }

  /** A checkpoint of all runs at the same step. Where it cannot be kept the training goes on, and says so. */
  async #save(identity: Identity): Promise<void> {
    const { post, targetOf } = this.#world;
    const step = this.#step();
    if (step === this.#savedAt) return;
    let bytes = 0;
    try {
      for (const run of this.#runs) bytes += await saveRun(run, targetOf(run.policy), identity);
    } catch (error) {
      if (await this.#isLost()) throw error;
      post({ kind: 'unsaved', message: textOf(error) });
      return;
    }
    this.#savedAt = step;
    post({ kind: 'saved', step, bytes, savedAt: new Date().toISOString() });
  }

  /** Waits until somebody goes on, stops, or the device is lost. */
  async #rest(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#resting = true;
    this.#world.post({ kind: 'paused' });
    await woken;
    this.#resting = false;
    await this.#files;
    if (this.#lost !== null) throw new LostError(this.#lost);
    if (this.#asked === null) this.#world.post({ kind: 'training' });
  }

  /** Steps that every run has taken. */
  #step(): number {
    return Math.min(...this.#runs.map(({ step }) => step));
  }

  #loseNow(reason: string): void {
    this.#lost ??= reason;
    this.#wake();
  }

  async #isLost(): Promise<boolean> {
    const found = await Promise.all(this.#devices.map((device) => device.isLost()));
    return this.#lost !== null || found.includes(true);
  }

  async #tell(error: unknown): Promise<void> {
    if (this.#over) return;
    const lost = await this.#isLost();
    this.#world.post(
      lost
        ? { kind: 'lost', message: `The GPU device was lost (${this.#lost ?? textOf(error)}).` }
        : { kind: 'failed', message: textOf(error) },
    );
  }
}

class LostError extends Error {
  override readonly name: string = 'LostError';
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
