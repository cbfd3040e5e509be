import { describe, expect, it } from 'vitest';
import type { FromWorker } from '../../src/protocol.ts';
import { nextState, openedState, stepOf, type PlayEvent, type PlayState } from '../../src/state/play-state.ts';
import type { StepRecord } from '../../src/state/records.ts';
import { defaultSettings } from '../../src/state/settings.ts';
import { deviceText, filesText, progressText, statusText } from '../../src/state/words.ts';

const settings = { ...defaultSettings(), steps: 4 };
const device = { kind: 'webgpu', description: 'a GPU', codec: 'f16', isCpu: false, why: null } as const;
const record = (step: number, more: Partial<StepRecord> = {}): StepRecord => ({
  step,
  loss: 1 / step,
  accuracy: 0.5,
  scale: null,
  skipped: false,
  milliseconds: 10,
  heldBytes: 100,
  peakBytes: 200,
  ...more,
});
const ready = (steps = 0): FromWorker => {
  const records = Array.from({ length: steps }, (_, i) => record(i + 1));
  const runs = (['float32', 'mixed_float16'] as const).map((policy) => ({ policy, records, heldOut: null }));
  return { kind: 'ready', device, versions: {}, source: 'digits', parameters: 10, runs };
};
const stepped = (step: number): PlayEvent[] => [
  { kind: 'step', policy: 'float32', record: record(step) },
  { kind: 'step', policy: 'mixed_float16', record: record(step) },
];
const after = (events: readonly PlayEvent[], from: PlayState = openedState(settings, null)): PlayState => events.reduce(nextState, from);
const training = (): PlayState => after([{ kind: 'start', settings }, ready(), ...stepped(1)]);

describe('a training', () => {
  it('goes from idle by preparing to training, paused, training again and done', () => {
    const phases: string[] = [];
    const events: PlayEvent[] = [
      { kind: 'start', settings },
      { kind: 'preparing', what: 'opening the device' },
      ready(),
      ...stepped(1),
      { kind: 'ask', what: 'pause' },
      { kind: 'saved', step: 1, bytes: 5, savedAt: '2026-01-02T03:04:05.000Z' },
      { kind: 'paused' },
      { kind: 'training' },
      { kind: 'done' },
    ];
    let state = openedState(settings, null);
    for (const event of events) {
      state = nextState(state, event);
      if (phases.at(-1) !== state.phase) phases.push(state.phase);
    }
    expect(phases).toEqual(['preparing', 'training', 'paused', 'training', 'done']);
    expect(state.saved).toEqual({ settings, step: 1, savedAt: '2026-01-02T03:04:05.000Z' });
  });

  it('has reached the step that all of its runs have reached', () => {
    const state = nextState(training(), { kind: 'step', policy: 'float32', record: record(2) });
    expect(stepOf(state)).toBe(1);
    expect(state.runs.map(({ records }) => records.length)).toEqual([2, 1]);
  });

  it('goes on from a checkpoint with the records of it', () => {
    const state = after([{ kind: 'start', settings }, ready(3), ...stepped(4)]);
    expect([state.resumedAt, stepOf(state)]).toEqual([3, 4]);
    expect(statusText(state)).toContain('from step 3');
  });

  it('keeps its settings while it runs', () => {
    const state = nextState(training(), { kind: 'change', settings: { ...settings, seed: 8 } });
    expect(state.settings.seed).toBe(1);
  });

  it('remembers what was asked until it has happened', () => {
    const asked = nextState(training(), { kind: 'ask', what: 'stop' });
    expect([asked.asked, statusText(asked)]).toEqual(['stop', 'Stopping after this step.']);
    expect(nextState(asked, { kind: 'stopped' })).toMatchObject({ phase: 'stopped', asked: null });
  });

  it('that is stopped before its first step is stopped at once, and only then', () => {
    expect(after([{ kind: 'start', settings }, { kind: 'abandoned' }]).phase).toBe('stopped');
    expect(nextState(training(), { kind: 'abandoned' }).phase).toBe('training');
  });

  it('that loses its device says so and keeps its checkpoint and its curves', () => {
    const state = after(
      [
        { kind: 'saved', step: 1, bytes: 5, savedAt: '2026-01-02T03:04:05.000Z' },
        { kind: 'lost', message: 'gone' },
      ],
      training(),
    );
    expect(state).toMatchObject({ phase: 'lost', error: 'gone', saved: { step: 1 } });
    expect(stepOf(state)).toBe(1);
  });

  it('that has ended is not changed by what comes late', () => {
    const done = nextState(training(), { kind: 'done' });
    for (const late of [
      { kind: 'lost', message: 'x' },
      { kind: 'paused' },
      { kind: 'step', policy: 'float32', record: record(9) },
    ] as FromWorker[])
      expect(nextState(done, late)).toBe(done);
  });

  it('that cannot save warns and goes on', () => {
    expect(nextState(training(), { kind: 'unsaved', message: 'full' })).toMatchObject({ phase: 'training', warning: 'full' });
  });

  it('takes a model in half and a failure of it at any time', () => {
    const done = nextState(training(), { kind: 'done' });
    const half = { files: [], bytes: 1, bytesBefore: 2, ownLayers: [] };
    expect(nextState(done, { kind: 'half', ...half }).half).toEqual(half);
    expect(nextState(done, { kind: 'halfFailed', message: 'too large' }).warning).toBe('too large');
  });

  it('that starts anew forgets the last one and not its checkpoint', () => {
    const state = after(
      [{ kind: 'saved', step: 1, bytes: 5, savedAt: '2026-01-02T03:04:05.000Z' }, { kind: 'done' }, { kind: 'start', settings }],
      training(),
    );
    expect(state).toMatchObject({ phase: 'preparing', runs: [], saved: { step: 1 } });
  });
});

describe('what the page says', () => {
  it('names what is prepared before the first step, and the step after it', () => {
    expect(
      progressText(
        after([
          { kind: 'start', settings },
          { kind: 'preparing', what: 'making the data' },
        ]),
      ),
    ).toBe('making the data');
    expect(progressText(training())).toBe('step 1 of 4');
  });

  it('says where there is no WebGPU, and why', () => {
    const emulated = {
      kind: 'emulate',
      description: 'emulation',
      codec: 'emulated',
      isCpu: true,
      why: 'this browser has no WebGPU',
    } as const;
    expect(deviceText({ ...training(), device: emulated })).toContain('No WebGPU here (this browser has no WebGPU)');
  });

  it('is a sentence in every phase', () => {
    for (const phase of ['idle', 'preparing', 'training', 'paused', 'stopped', 'done', 'lost', 'failed'] as const)
      expect(statusText({ ...training(), phase })).toMatch(/^[A-Z].*\.$/);
  });
});

it('says what opens the files of a model: plain tfjs, but for layers that it lacks', () => {
  const half = { files: [], bytes: 500, bytesBefore: 1000, ownLayers: [] };
  expect(filesText(half)).toMatch(/; tf\.loadLayersModel opens them\.$/);
  expect(filesText({ ...half, ownLayers: ['RowNorm', 'CausalAttention'] })).toMatch(
    /opens them after RowNorm, CausalAttention were registered/,
  );
});
