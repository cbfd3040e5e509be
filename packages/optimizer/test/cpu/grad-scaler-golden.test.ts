import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LossScale } from '@halftone/loss-scale';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { goldenJson } from '@halftone/testing';
import type { GradScaler } from '../../src/index.ts';
import { gradScaler, mixedPrecisionOptimizer } from '../../src/index.ts';

type Num = number | string;
interface Step {
  grads: (Num[] | null)[][][];
  unscale?: number[];
  clip?: number;
  reload?: boolean;
  set_scale?: number;
  expect: {
    scale_before: Num;
    scale_after: Num;
    growth_tracker: number;
    found_inf: boolean[];
    stepped: boolean[];
    scaled_grads: (Num[] | null)[][];
    params: Num[][][];
  };
}
interface Case {
  name: string;
  note: string;
  config: { init_scale?: number; growth_factor?: number; backoff_factor?: number; growth_interval?: number; enabled?: boolean };
  optimizers: { type: string; args: Record<string, number> }[];
  shapes: number[][];
  initial: Num[][][];
  steps: Step[];
}

const { cases } = goldenJson<{ cases: Case[] }>('loss_scale/torch.json');
/** torch's RMSprop has epsilon outside of the root, tfjs's inside: there only the scale and the skips can agree. */
const SAME_FORMULA = ['SGD', 'Adam'];

function scaleOf({ enabled, init_scale, growth_factor, backoff_factor, growth_interval }: Case['config']): LossScale {
  if (enabled === false) return noLossScale();
  return dynamicLossScale({
    minScale: 2 ** -126,
    maxScale: (2 - 2 ** -23) * 2 ** 127,
    ...(init_scale === undefined ? {} : { initialScale: init_scale }),
    ...(growth_factor === undefined ? {} : { growthFactor: growth_factor }),
    ...(backoff_factor === undefined ? {} : { backoffFactor: backoff_factor }),
    ...(growth_interval === undefined ? {} : { growthInterval: growth_interval }),
  });
}

function optimizerOf({ type, args }: Case['optimizers'][number]): tf.Optimizer {
  const lr = args['lr']!;
  if (type === 'Adam') return tf.train.adam(lr, 0.9, 0.999, 1e-8);
  if (type === 'RMSprop') return tf.train.rmsprop(lr, 0.99);
  return args['momentum'] === undefined ? tf.train.sgd(lr) : tf.train.momentum(lr, args['momentum']);
}

/** A loss whose gradients are exactly the ones given. */
function lossOf(variables: tf.Variable[], gradients: (Num[] | null)[]): () => tf.Scalar {
  return () =>
    variables
      .map((variable, index) => [variable, gradients[index]!] as const)
      .filter(([, gradient]) => gradient !== null)
      .map(([variable, gradient]) => tf.sum(tf.mul(variable, tf.tensor(gradient!.map(Number), variable.shape))))
      .reduce((sum, part) => tf.add(sum, part)) as tf.Scalar;
}

function values(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync());
}

describe('gradScaler goes through every PyTorch GradScaler trace', () => {
  let tensors = 0;
  beforeEach(async () => {
    tf.disposeVariables();
    await tf.setBackend('cpu');
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it.each(cases.filter(({ note }) => !note.includes('KNOWN DEFECT')).map((entry) => [entry.name, entry] as const))(
    '%s',
    async (_name, entry) => {
      const machine = scaleOf(entry.config);
      let scaler = gradScaler({ lossScale: machine });
      const optimizers = entry.optimizers.map(optimizerOf);
      const variables = entry.initial.map((group) =>
        group.map((initial, index) => tf.tidy(() => tf.variable(tf.tensor(initial.map(Number), entry.shapes[index]!)))),
      );
      const compared = entry.optimizers.every(({ type }) => SAME_FORMULA.includes(type));

      for (const [index, step] of entry.steps.entries()) {
        if (step.reload) scaler = reloaded(scaler, machine, await scaler.lossScaleState());
        const before = variables.map((group) => group.map(values));
        await oneStep({ scaler, optimizers, variables, step });
        const where = `step ${index}`;
        const state = await scaler.lossScaleState();
        if (entry.config.enabled !== false) {
          expect(state.scale, where).toBe(Math.fround(Number(step.expect.scale_after)));
          expect(state.goodSteps, where).toBe(step.expect.growth_tracker);
        }
        for (const [which, group] of variables.entries()) {
          if (!step.expect.stepped[which]) expect(group.map(values), where).toStrictEqual(before[which]);
          else if (compared) expectParameters(group, step.expect.params[which]!, where);
        }
      }
      scaler.dispose();
      for (const optimizer of optimizers) {
        optimizer.dispose();
        // tfjs's Momentum forgets the tensor of its learning rate
        if (optimizer.getClassName() === 'Momentum') tf.dispose((optimizer as unknown as { c: tf.Tensor }).c);
      }
      tf.dispose(variables);
    },
  );
});

/** What the wrapper can say: one optimizer, one micro-batch, no scale set by hand, unscaled before it is clipped. */
function fitsWrapper({ note, config, optimizers, steps }: Case): boolean {
  const plain = steps.every(
    (step) => step.set_scale === undefined && step.grads.length === 1 && (step.clip === undefined || step.unscale !== undefined),
  );
  return !note.includes('KNOWN DEFECT') && config.enabled !== false && optimizers.length === 1 && plain;
}

describe('the wrapper goes through the traces of one optimizer', () => {
  it.each(cases.filter(fitsWrapper).map((entry) => [entry.name, entry] as const))('%s', async (_name, entry) => {
    await tf.setBackend('cpu');
    const group = entry.initial[0]!.map((initial, index) => tf.variable(tf.tensor(initial.map(Number), entry.shapes[index]!)));
    const clipNorm = entry.steps.find(({ clip }) => clip !== undefined)?.clip;
    const optimizer = mixedPrecisionOptimizer(optimizerOf(entry.optimizers[0]!), {
      lossScale: scaleOf(entry.config),
      ...(clipNorm === undefined ? {} : { clipNorm }),
    });
    for (const [index, step] of entry.steps.entries()) {
      const where = `step ${index}`;
      const before = group.map(values);
      optimizer.minimize(lossOf(group, step.grads[0]![0]!), false, group);
      const { scale, goodSteps, applied } = await optimizer.lastStep();
      expect({ scale, goodSteps, applied }, where).toStrictEqual({
        scale: Math.fround(Number(step.expect.scale_after)),
        goodSteps: step.expect.growth_tracker,
        applied: step.expect.stepped[0],
      });
      if (!applied) expect(group.map(values), where).toStrictEqual(before);
      else if (SAME_FORMULA.includes(entry.optimizers[0]!.type)) expectParameters(group, step.expect.params[0]!, where);
    }
    optimizer.dispose();
    tf.dispose(group);
  });
});

function reloaded(old: GradScaler, lossScale: LossScale, state: Awaited<ReturnType<GradScaler['lossScaleState']>>): GradScaler {
  const saved = JSON.parse(JSON.stringify(old)) as ReturnType<GradScaler['toJSON']>;
  expect(saved.state).toStrictEqual(state);
  old.dispose();
  const scaler = gradScaler({ lossScale });
  scaler.restore(saved);
  return scaler;
}

async function oneStep(run: { scaler: GradScaler; optimizers: tf.Optimizer[]; variables: tf.Variable[][]; step: Step }): Promise<void> {
  const { scaler, optimizers, variables, step } = run;
  for (const [which, optimizer] of optimizers.entries()) {
    const group = variables[which]!;
    let total: tf.NamedTensorMap | null = null;
    for (const micro of step.grads) {
      const { value, grads } = scaler.variableGrads(lossOf(group, micro[which]!), group);
      value.dispose();
      total = scaler.accumulate(total, grads);
    }
    expectScaled(group, total!, step.expect.scaled_grads[which]!);
    if (step.unscale?.includes(which)) total = scaler.unscale(total!);
    else if (step.clip !== undefined) return void clippedWhileScaled(run, { total: total!, clip: step.clip });
    scaler.step(optimizer, total!, step.clip === undefined ? {} : { clipNorm: step.clip });
  }
  if (step.set_scale === undefined) scaler.update();
  else scaler.update(step.set_scale);
}

/** The classic mistake of one trace: the gradients are clipped while they still carry the scale. */
function clippedWhileScaled(
  { scaler, optimizers }: { scaler: GradScaler; optimizers: tf.Optimizer[] },
  { total, clip }: { total: tf.NamedTensorMap; clip: number },
): void {
  const names = Object.keys(total);
  const clipped = tf.tidy(() => {
    const norm = tf.sqrt(tf.addN(names.map((name) => tf.sum(tf.square(total[name]!)))));
    return Object.fromEntries(names.map((name) => [name, tf.mul(total[name]!, tf.minimum(tf.div(clip, tf.add(norm, 1e-6)), 1))]));
  });
  tf.dispose(total);
  scaler.step(optimizers[0]!, clipped, { gradients: 'scaled' });
  scaler.update();
}

function expectScaled(group: tf.Variable[], total: tf.NamedTensorMap, expected: (Num[] | null)[]): void {
  for (const [index, variable] of group.entries()) {
    const wanted = expected[index];
    if (wanted === null || wanted === undefined) expect(total[variable.name]).toBeUndefined();
    else expect(values(total[variable.name]!)).toStrictEqual(wanted.map((value) => Math.fround(Number(value))));
  }
}

function expectParameters(group: tf.Variable[], expected: Num[][], where: string): void {
  for (const [index, variable] of group.entries()) {
    for (const [at, value] of values(variable).entries()) {
      const wanted = Number(expected[index]![at]);
      if (Number.isFinite(wanted)) expect(Math.abs(value - wanted) / Math.max(1, Math.abs(wanted)), where).toBeLessThanOrEqual(1e-6);
      else expect(value, where).toBe(wanted);
    }
  }
}
