import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { mixedPrecision, setLayerPolicy } from '../../src/index.ts';
import type { ModelPlan } from '../../src/layers/model-plan.ts';
import { planOf } from '../../src/layers/model-plan.ts';
import { recordOf } from '../../src/layers/state.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const { dense } = tfl.layers;

/** A layer that adds a weight when it is called, as no layer should. */
class Late extends tfl.layers.Layer {
  static readonly className = 'Late';
  late = false;

  override call(inputs: Tensor | Tensor[]): Tensor {
    if (this.late && this.weights.length === 0) this.addWeight('late', [32, 32], 'float32', tfl.initializers.ones());
    return tf.tidy(() => tf.mul(Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs, 1));
  }
}

interface Parts {
  readonly base: tfl.Sequential;
  readonly late: Late;
  readonly model: tfl.Sequential;
}

function build(): Parts {
  const base = tfl.sequential({ layers: [dense({ name: 'low', inputShape: [32], units: 32 })] as never });
  const late = new Late({});
  const model = tfl.sequential({ layers: [base, late, dense({ name: 'head', units: 32 })] as never });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return { base, late, model: mixedPrecision(model) };
}

/** What a plan says, in words. */
const said = ({ frozen, computes, weights }: ModelPlan): unknown => ({
  frozen: frozen.map(({ path, format }) => `${path} ${format}`),
  computes: [...computes],
  weights: weights.map(({ originalName }) => originalName),
});

it.each<[string, (parts: Parts) => unknown]>([
  ['a layer is frozen, and compiled', ({ base, model }) => (((base.layers[0] as tfl.layers.Layer).trainable = false), recompile(model))],
  ['the model is frozen, and compiled', ({ model }) => ((model.trainable = false), recompile(model))],
  ['a layer is added', ({ model }) => (model.add(dense({ name: 'more', units: 4 })), recompile(model))],
  ['a layer is taken away', ({ model }) => (model.pop(), recompile(model))],
  ['a layer adds a weight late', ({ late, model }) => ((late.late = true), tf.dispose(model.predict(tf.ones([1, 32]))))],
  ['all layers get a policy', ({ model }) => setLayerPolicy(model, '*', 'float32')],
  ['a layer gets a policy of its own', ({ base }) => setLayerPolicy(base.layers[0] as tfl.layers.Layer, 'mixed_bfloat16')],
  ['the model inside is wrapped', ({ base }) => mixedPrecision(base, 'mixed_bfloat16')],
  ['the policy changes', ({ model }) => mixedPrecision(model, 'mixed_bfloat16')],
])('the plan follows when %s', (_, change) => {
  const parts = build();
  const record = recordOf(parts.model, 'the test');
  const before = planOf(record);
  expect(planOf(record), 'it is made once').toBe(before);
  change(parts);
  expect(said(planOf(record))).toEqual(said(planOf({ ...record, plan: null })));
  expect(said(planOf(record))).not.toEqual(said(before));
});

it('training does not make it anew, and options that matter do', async () => {
  const { base, model } = build();
  const record = recordOf(model, 'the test');
  (base.layers[0] as tfl.layers.Layer).trainable = false;
  recompile(model);
  const [x, y] = [tf.ones([4, 32]), tf.zeros([4, 32])];
  await model.trainOnBatch(x, y);
  const plan = planOf(record);
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  tf.dispose(model.predict(x));
  expect(planOf(record)).toBe(plan);
  mixedPrecision(model, 'mixed_float16', { frozen: 'float32' });
  expect(planOf(record).frozen.every(({ format }) => format === null)).toBe(true);
});

function recompile(model: tfl.LayersModel): void {
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
}
