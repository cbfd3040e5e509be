import { engine } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/state/settings.ts';
import { closeSessions, openSession, type OpenedSession } from '../open-session.ts';

afterEach(closeSessions);

const trained = async (session: OpenedSession): Promise<void> => {
  const { losses, session: running } = session;
  expect(session.last().kind).toBe('done');
  for (const policy of ['float32', 'mixed_float16'] as const) {
    const found = losses(policy);
    expect(found.at(-1)).toBeLessThan(0.97 * (found[0] ?? 0));
  }
  await running.dispose();
  expect(engine().state.numTensors).toBe(0);
};

describe('a training on the emulation', () => {
  for (const [model, steps] of [
    ['cnn', 12],
    ['unet', 8],
    ['transformer', 6],
  ] as const)
    it(`of the ${model} lowers the loss in both policies and leaves no tensor behind`, async () => {
      const opened = openSession('emulate');
      const settings = { ...defaultSettings({ model }), steps, batch: 4 };
      await opened.start(settings);
      const [first, second] = [opened.losses('float32')[0] ?? 0, opened.losses('mixed_float16')[0] ?? 0];
      expect(Math.abs(first - second)).toBeLessThan(1e-3 * first); // one seed, one start
      await trained(opened);
    });

  it('on the plain cpu kernels works as well, where wasm is not asked for', async () => {
    const opened = openSession('emulate', { base: 'cpu' });
    await opened.start({ ...defaultSettings(), steps: 2, batch: 2, compare: 'no' });
    expect(opened.said('ready')?.device.description).toContain('cpu');
    expect(opened.last().kind).toBe('done');
    await opened.session.dispose();
  });

  it('goes on from a checkpoint at its step, with the losses of one that never stopped', async () => {
    const settings = { ...defaultSettings(), steps: 6, batch: 4, saveEvery: 3 };
    const whole = openSession('emulate');
    await whole.start(settings);
    await whole.session.dispose();

    const first = openSession('emulate');
    first.onStep('mixed_float16', 3, () => first.session.stop());
    await first.start(settings);
    expect(first.last().kind).toBe('stopped');
    await first.session.dispose();

    const second = openSession('emulate', { kept: first.kept });
    await second.start(settings, { resume: true });
    const restored = second.said('ready')?.runs.map(({ records }) => records.length);
    expect(restored).toEqual([3, 3]);
    for (const policy of ['float32', 'mixed_float16'] as const)
      expect([...first.losses(policy), ...second.losses(policy)]).toEqual(whole.losses(policy)); // bit for bit
    await second.session.dispose();
    expect(engine().state.numTensors).toBe(0);
  });

  it('pauses with a checkpoint, makes its model into files in half, and goes on', async () => {
    const opened = openSession('emulate');
    opened.onStep('mixed_float16', 2, () => opened.session.pause());
    opened.on('paused', () => {
      void opened.session.saveHalf();
      opened.session.resume();
    });
    await opened.start({ ...defaultSettings(), steps: 4, batch: 2 });
    expect(opened.all('saved').map(({ step }) => step)).toEqual([2, 4]);
    const half = opened.said('half');
    expect(half?.files.map(({ name }) => name)).toContain('model.json');
    expect((half?.bytes ?? 1) / (half?.bytesBefore ?? 1)).toBeLessThan(0.55);
    expect(opened.last().kind).toBe('done');
    await opened.session.dispose();
  });

  it('refuses to make files while it trains', async () => {
    const opened = openSession('emulate');
    await opened.session.saveHalf();
    expect(opened.said('halfFailed')?.message).toMatch(/got a training under way\. Pause it/);
  });

  it('says that no checkpoint could be kept, and goes on', async () => {
    const opened = openSession('emulate', { refuses: 'no room' });
    await opened.start({ ...defaultSettings(), steps: 2, batch: 2, compare: 'no' });
    expect(opened.last()).toEqual({ kind: 'done' });
    expect(opened.said('unsaved')?.message).toContain('no room');
    expect(opened.last().kind).toBe('done');
    await opened.session.dispose();
  });

  it('is refused where the checkpoint is of another training', async () => {
    const settings = { ...defaultSettings(), steps: 1, batch: 2 };
    const first = openSession('emulate');
    await first.start(settings);
    await first.session.dispose();
    const second = openSession('emulate', { kept: first.kept });
    await second.start({ ...settings, seed: 2 }, { resume: true });
    expect(second.said('failed')?.message).toMatch(/must be of these settings, got one with seed 1\. Another tab has replaced it/);
    await second.session.dispose();
  });

  it('skips steps whose scale is too high, marks them and lowers the scale', async () => {
    const opened = openSession('emulate');
    await opened.start({ ...defaultSettings(), steps: 4, batch: 2, compare: 'no', scale: 2 ** 24 });
    expect(opened.last()).toEqual({ kind: 'done' });
    const records = opened.records('mixed_float16');
    const skipped = records.filter((record) => record.skipped);
    expect(skipped.length).toBeGreaterThan(0);
    expect(records[0]?.scale).toBe(2 ** 24);
    expect(records[1]?.scale).toBe(2 ** 23);
    await opened.session.dispose();
  });
});
