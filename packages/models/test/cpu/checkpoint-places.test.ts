import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CheckpointLockedError,
  CheckpointWriteError,
  ModelFileError,
  readSafetensors,
  releaseCheckpoint,
  removeCheckpoint,
  restoreCheckpoint,
  saveCheckpoint,
} from '../../src/index.ts';
import { bundledProgram } from '../bundled-program.ts';
import { inMemory } from '../checkpoint-runs.ts';

let root: string;
let folder: string;
let count = 0;
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'halftone-checkpoint-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
afterEach(async () => {
  await releaseCheckpoint(folder);
  tf.disposeVariables();
});
const fresh = (): string => (folder = join(root, `run ${++count}`));
const one = (value = 1): { readonly variables: { readonly w: tf.Variable } } => ({
  variables: { w: tf.variable(tf.tensor1d([value, 2])) },
});

describe('a folder', () => {
  it('holds one file and the lock while a process saves', async () => {
    const run = one(5);
    await saveCheckpoint(run, fresh());
    expect((await readdir(folder)).sort()).toEqual(['checkpoint.lock', 'checkpoint.safetensors']);
    const { tensors } = await readSafetensors((await readFile(join(folder, 'checkpoint.safetensors'))) as Uint8Array);
    expect(tensors).toMatchObject([{ name: 'weights/w', dtype: 'F32', shape: [2] }]);
    await releaseCheckpoint(folder);
    expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
  });

  it('loses what a crash left in the next save, and nothing else', async () => {
    await mkdir(fresh());
    const left = 'checkpoint.safetensors.01234567-89ab-cdef-0123-456789abcdef.part';
    await writeFile(join(folder, left), 'half of a file');
    await writeFile(join(folder, 'notes.part'), 'mine');
    await saveCheckpoint(one(), folder);
    expect((await readdir(folder)).sort()).toEqual(['checkpoint.lock', 'checkpoint.safetensors', 'notes.part']);
  });

  it('without a checkpoint is an error, or null if that is asked for', async () => {
    await expect(restoreCheckpoint(one(), fresh())).rejects.toThrow(/pass optional: true for the first start/);
    expect(await restoreCheckpoint(one(), folder, { optional: true })).toBe(null);
  });

  it('gives its checkpoint up when asked, with what a crash left of one, and keeps the rest', async () => {
    await saveCheckpoint(one(), fresh());
    await writeFile(join(folder, 'checkpoint.safetensors.01234567-89ab-cdef-0123-456789abcdef.part'), 'half of a file');
    await writeFile(join(folder, 'notes.txt'), 'mine');
    expect(await removeCheckpoint(folder)).toBe(true);
    expect(await readdir(folder)).toEqual(['notes.txt']);
    expect(await restoreCheckpoint(one(), folder, { optional: true })).toBe(null);
    expect(await removeCheckpoint(folder)).toBe(false);
  });

  it('that never was is not made by removing its checkpoint', async () => {
    expect(await removeCheckpoint(fresh())).toBe(false);
    await expect(stat(folder)).rejects.toThrow(/ENOENT/);
  });

  it('takes two first saves at once, in their order', async () => {
    const saves = [saveCheckpoint(one(1), fresh()), saveCheckpoint(one(2), folder)];
    await Promise.all(saves);
    const run = one(0);
    await restoreCheckpoint(run, folder);
    expect([...run.variables.w.dataSync()]).toEqual([2, 2]);
  });

  it('is emptied after the save that is under way, and can be saved to again', async () => {
    const saved = saveCheckpoint(one(), fresh());
    expect(await removeCheckpoint(folder)).toBe(true);
    await saved;
    expect(await readdir(folder)).toEqual([]);
    await Promise.all([releaseCheckpoint(folder), saveCheckpoint(one(7), folder)]);
    await saveCheckpoint(one(8), folder);
    expect((await readdir(folder)).sort()).toEqual(['checkpoint.lock', 'checkpoint.safetensors']);
  });

  it('that cannot be written keeps the old checkpoint and says why', async () => {
    await saveCheckpoint(one(3), fresh());
    const blocked = join(folder, 'checkpoint.safetensors', 'below a file');
    await expect(saveCheckpoint(one(4), blocked)).rejects.toThrow(/ENOTDIR|Choose another folder/);
    const run = one(0);
    await restoreCheckpoint(run, folder);
    expect([...run.variables.w.dataSync()]).toEqual([3, 2]);
  });

  it('without room keeps the old checkpoint: one clear message', async () => {
    await saveCheckpoint(one(3), fresh());
    await releaseCheckpoint(folder);
    const before = await readFile(join(folder, 'checkpoint.safetensors'));
    const program = await bundledProgram(join(import.meta.dirname, '..', 'checkpoint-no-room.ts'));
    const command = `ulimit -f 64; exec ${JSON.stringify(process.execPath)} ${JSON.stringify(program.file)} ${JSON.stringify(folder)}`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    program.remove();
    expect(stdout, stderr).toMatch(
      /CheckpointWriteError: \[models\] .*larger than this system allows.*The checkpoint before it, if any, is whole/,
    );
    expect(await readFile(join(folder, 'checkpoint.safetensors'))).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('that lies cut short on the disk is refused before anything changes', async () => {
    await saveCheckpoint(one(3), fresh());
    const file = join(folder, 'checkpoint.safetensors');
    const whole = await readFile(file);
    const run = one(8);
    for (const length of [0, 7, 100, whole.length - 1]) {
      await writeFile(file, whole.subarray(0, length));
      await expect(restoreCheckpoint(run, folder)).rejects.toThrow(ModelFileError);
    }
    expect([...run.variables.w.dataSync()]).toEqual([8, 2]);
  });
});

describe('the lock of a folder', () => {
  const mark = (pid: number, started = ''): string => JSON.stringify({ host: hostname(), pid, started, token: 'x' });

  it('keeps a second process out, which still may read', async () => {
    await saveCheckpoint(one(3), fresh());
    await releaseCheckpoint(folder);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    await writeFile(join(folder, 'checkpoint.lock'), mark(child.pid as number));
    try {
      await expect(saveCheckpoint(one(4), folder)).rejects.toThrow(CheckpointLockedError);
      await expect(saveCheckpoint(one(4), folder)).rejects.toThrow(new RegExp(`process ${child.pid} on .*Restoring works all the same`));
      const run = one(0);
      await restoreCheckpoint(run, folder);
      expect([...run.variables.w.dataSync()]).toEqual([3, 2]);
      await expect(removeCheckpoint(folder)).rejects.toThrow(CheckpointLockedError);
      await saveCheckpoint(one(4), folder, { takeOver: true });
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('of a dead process, or of another one with its number, is taken over', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await mkdir(fresh());
    await writeFile(join(folder, 'checkpoint.lock'), mark(pid));
    await saveCheckpoint(one(), folder);
    await releaseCheckpoint(folder);
    if (process.platform === 'linux') {
      await writeFile(join(folder, 'checkpoint.lock'), mark(process.pid, 'another boot 1'));
      await saveCheckpoint(one(), folder);
    }
    expect(JSON.parse(await readFile(join(folder, 'checkpoint.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('of another machine, or one that cannot be read, counts as alive', async () => {
    await mkdir(fresh());
    await writeFile(join(folder, 'checkpoint.lock'), JSON.stringify({ host: 'elsewhere', pid: 1, started: '' }));
    await expect(saveCheckpoint(one(), folder)).rejects.toThrow(/process 1 on elsewhere.*takeOver: true if it is gone/);
    await writeFile(join(folder, 'checkpoint.lock'), 'noise');
    await expect(saveCheckpoint(one(), folder)).rejects.toThrow(/not ours to read/);
  });

  it('that somebody took over is noticed by the next save', async () => {
    await saveCheckpoint(one(3), fresh());
    await writeFile(join(folder, 'checkpoint.lock'), mark(1));
    await expect(saveCheckpoint(one(4), folder)).rejects.toThrow(/took '.*' over/);
    expect((await stat(join(folder, 'checkpoint.lock'))).isFile()).toBe(true);
    await rm(join(folder, 'checkpoint.lock'));
  });

  it('goes to one of many that ask at once', async () => {
    await mkdir(fresh());
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await writeFile(join(folder, 'checkpoint.lock'), mark(pid));
    const { FolderLock } = await import('../../src/checkpoint/lock/folder-lock.ts');
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => new FolderLock(folder).take({ takeOver: false })));
    const granted = taken.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(granted.length).toBe(1);
    await granted[0]?.release();
  });
});

describe('targets', () => {
  it('of another kind are refused in words', async () => {
    await expect(saveCheckpoint(one(), 'localstorage://x')).rejects.toThrow(/tf.io.getSaveHandlers/);
    await expect(saveCheckpoint(one(), '')).rejects.toThrow(/Pass the path of a folder/);
    await expect(saveCheckpoint(one(), 'indexeddb://')).rejects.toThrow(/Give it one/);
    await expect(saveCheckpoint(one(), 'indexeddb://x')).rejects.toThrow(/In Node pass a folder/);
    await expect(saveCheckpoint(one(), {} as never)).rejects.toThrow(/An IOHandler has save\(\) and load\(\)/);
  });

  it('are told to delete by themselves', async () => {
    await expect(removeCheckpoint(inMemory())).rejects.toThrow(
      /takes a folder or 'indexeddb:\/\/name', got an IOHandler\. Delete it where/,
    );
  });

  it('of tfjs that fail say so', async () => {
    const fails = {
      save: async () => ({ modelArtifactsInfo: {}, errors: ['full'] }),
      load: async () => ({ format: 'layers-model' }),
    } as never;
    await expect(saveCheckpoint(one(), fails)).rejects.toThrow(CheckpointWriteError);
    await expect(saveCheckpoint(one(), fails)).rejects.toThrow(/got full\. See what its save\(\) says/);
    await expect(restoreCheckpoint(one(), fails)).rejects.toThrow(/Load it with tf.loadLayersModel/);
    const throws = { save: async () => Promise.reject(new Error('no')) } as never;
    await expect(saveCheckpoint(one(), throws)).rejects.toThrow(/an error of its save\(\): no/);
    await expect(restoreCheckpoint(one(), throws)).rejects.toThrow(/must have load\(\)/);
    await expect(saveCheckpoint(one(), { load: async () => ({}) })).rejects.toThrow(/Pass one with save/);
    await expect(restoreCheckpoint(one(), { load: async () => ({}) })).rejects.toThrow(/Save to it first/);
  });

  it('may give shards', async () => {
    const place = inMemory();
    await saveCheckpoint(one(6), place);
    const { bytes } = place;
    const run = one(0);
    await restoreCheckpoint(run, { load: async () => ({ weightData: [bytes.slice(0, 50).buffer, bytes.slice(50).buffer] }) });
    expect([...run.variables.w.dataSync()]).toEqual([6, 2]);
  });

  it('take two saves in their order', async () => {
    const run = one(1);
    const place = inMemory();
    const first = saveCheckpoint(run, place);
    run.variables.w.assign(tf.tensor1d([9, 9]));
    await Promise.all([first, saveCheckpoint(run, place)]);
    await restoreCheckpoint(run, place);
    expect([...run.variables.w.dataSync()]).toEqual([9, 9]);
  });
});
