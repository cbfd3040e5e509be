import { engine } from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import { defaultSettings } from '../../src/state/settings.ts';
import { closeSessions, openSession } from '../open-session.ts';

afterEach(closeSessions);

it('a training on a device holds fewer bytes in mixed precision, by what each device really holds, and learns the same', async () => {
  const opened = openSession('webgpu');
  await opened.start({ ...defaultSettings(), steps: 12, batch: 16 });
  expect(opened.last().kind).toBe('done');
  expect(opened.said('ready')?.device.kind).toBe('webgpu');
  const [float32, mixed] = [opened.records('float32'), opened.records('mixed_float16')];
  for (const [i, record] of mixed.entries()) {
    expect(record.peakBytes).toBeLessThan(0.75 * (float32[i]?.peakBytes ?? 0));
    expect(Math.abs((record.loss ?? 0) - (float32[i]?.loss ?? 9))).toBeLessThan(0.02 * (float32[0]?.loss ?? 0));
  }
  expect(mixed.at(-1)?.loss).toBeLessThan(0.9 * (mixed[0]?.loss ?? 0));
  await opened.session.dispose();
  expect(engine().state.numTensors).toBe(0);
});

it('a lost device is told, and a new session goes on from the checkpoint', async () => {
  const settings = { ...defaultSettings(), steps: 6, batch: 4, saveEvery: 2 };
  const first = openSession('webgpu');
  first.onStep('float32', 4, () => first.session.loseDevice());
  await first.start(settings);
  expect(first.last()).toMatchObject({ kind: 'lost', message: expect.stringMatching(/^The GPU device was lost \(destroyed/) });
  expect(first.said('saved')?.step).toBe(2);
  await first.session.dispose();

  const second = openSession('webgpu', { kept: first.kept });
  await second.start(settings, { resume: true });
  expect(second.said('ready')?.runs.map(({ records }) => records.length)).toEqual([2, 2]);
  expect(second.last().kind).toBe('done');
  await second.session.dispose();
});

it('a device that is lost while a training rests is told at once', async () => {
  const opened = openSession('webgpu');
  opened.onStep('float32', 1, () => opened.session.pause());
  opened.on('paused', () => opened.session.loseDevice());
  await opened.start({ ...defaultSettings(), steps: 3, batch: 2, compare: 'no', policy: 'float32' });
  expect(opened.last().kind).toBe('lost');
  await opened.session.dispose();
});
