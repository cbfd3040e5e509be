import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuery, queryWith, readField, readQuery } from '../../src/state/settings-query.ts';
import {
  changedSettings,
  defaultSettings,
  FIELDS,
  lossScaleOf,
  MODELS,
  runsOf,
  type ModelName,
  type Settings,
} from '../../src/state/settings.ts';

const choice = <Name extends 'policy' | 'compare' | 'optimizer' | 'lossScale'>(name: Name): fc.Arbitrary<Settings[Name]> =>
  fc.constantFrom(...(Object.keys(FIELDS[name].choices) as Settings[Name][]));
const number = (name: 'batch' | 'learningRate' | 'scale' | 'seed' | 'steps' | 'saveEvery'): fc.Arbitrary<number> => {
  const { min, max, whole } = FIELDS[name];
  return whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
};
const settings: fc.Arbitrary<Settings> = fc.constantFrom(...(Object.keys(MODELS) as ModelName[])).chain((model) =>
  fc.record({
    model: fc.constant(model),
    data: fc.constantFrom(...MODELS[model].data),
    policy: choice('policy'),
    compare: choice('compare'),
    batch: number('batch'),
    optimizer: choice('optimizer'),
    learningRate: number('learningRate'),
    lossScale: choice('lossScale'),
    scale: number('scale'),
    seed: number('seed'),
    steps: number('steps'),
    saveEvery: number('saveEvery'),
  }),
);

describe('settings in a link', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(settings, (given) => {
        expect(readQuery(formatQuery(given))).toEqual({ settings: given, problem: null });
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('name only what differs from what is offered', () => {
    expect(formatQuery(defaultSettings())).toBe('');
    expect(formatQuery(defaultSettings({ model: 'unet', optimizer: 'sgd' }))).toBe('model=unet&optimizer=sgd');
  });

  it('that do not exist are named in one line, and what is offered is used', () => {
    const { settings: read, problem } = readQuery('?batch=abc&seed=5&policy=float8&steps=0');
    expect(read).toEqual({ ...defaultSettings(), seed: 5 });
    expect(problem).toContain("batch must be a whole number from 1 to 256, got 'abc' (32 is used)");
    expect(problem).toContain("policy must be mixed_float16 or mixed_bfloat16 or float32, got 'float8' (mixed_float16 is used)");
    expect(problem).toContain('steps must be');
    expect(problem).not.toContain('\n');
  });

  it('of data that the model does not learn from are refused by name', () => {
    expect(readQuery('model=unet&data=text').problem).toContain("data must be membranes, got 'text'");
  });

  it('leave the parameters of others alone', () => {
    expect(queryWith('?seed=4&from=mail', { ...defaultSettings(), steps: 9 })).toBe('from=mail&steps=9');
  });
});

describe('a field', () => {
  it('takes numbers within its bounds alone', () => {
    expect(readField('learningRate', '1e-3', defaultSettings())).toEqual({ ok: true, value: 0.001 });
    for (const text of ['', ' ', 'NaN', 'Infinity', '-1', '1.5']) expect(readField('batch', text, defaultSettings()).ok).toBe(false);
  });

  it('cuts off what somebody pasted', () => {
    const reading = readField('batch', 'x'.repeat(500), defaultSettings());
    expect(reading.ok ? '' : reading.problem.length).toBeLessThan(120);
  });
});

describe('a changed setting', () => {
  it('brings with it what it decides', () => {
    expect(changedSettings(defaultSettings(), 'optimizer', 'sgd').learningRate).toBe(0.1);
    expect(changedSettings(defaultSettings(), 'policy', 'mixed_bfloat16')).toMatchObject({ lossScale: 'none', scale: 1 });
    expect(changedSettings(defaultSettings(), 'lossScale', 'static').scale).toBe(1024);
    expect(changedSettings(defaultSettings(), 'model', 'transformer')).toMatchObject({ data: 'text', batch: 8 });
  });

  it('leaves the rest as a visitor set it', () => {
    const mine = { ...defaultSettings(), seed: 9, learningRate: 0.5 };
    expect(changedSettings(mine, 'model', 'unet')).toMatchObject({ seed: 9, learningRate: 0.5 });
  });
});

describe('the runs of a training', () => {
  it('are float32 and the policy in question, unless that is all', () => {
    expect(runsOf(defaultSettings())).toEqual(['float32', 'mixed_float16']);
    expect(runsOf({ policy: 'float32', compare: 'yes' })).toEqual(['float32']);
    expect(runsOf({ policy: 'mixed_bfloat16', compare: 'no' })).toEqual(['mixed_bfloat16']);
  });

  it('have a loss scale only where it was asked for', () => {
    expect(lossScaleOf('float32', defaultSettings())).toBe('none');
    expect(lossScaleOf('mixed_float16', defaultSettings())).toBe('dynamic');
    expect(lossScaleOf('float32', { policy: 'float32', lossScale: 'static' })).toBe('static');
  });
});
