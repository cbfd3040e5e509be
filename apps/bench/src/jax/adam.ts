import { jit, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { OptimizerSpec } from '../models/model.ts';
import type { JaxArray, JaxArrays, JaxModel } from './jax-model.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;

/** Lifts float16 gradients by hand, as jax-js has no loss scaler. */
const FIXED_SCALE = 1024;

/**
 * One jitted train step with Adam or AdamW: bias correction outside of the compiled part, so that nothing is compiled anew.
 *
 * @param options - `half`: loss and gradient in float16 from float32 master weights, with casts around and a fixed loss scale
 * @returns runs one step and resolves to its loss
 */
export function adamTrainer(model: JaxModel, spec: OptimizerSpec, { half }: { readonly half: boolean }): () => Promise<number> {
  const names = Object.keys(model.weights);
  const each = (make: (name: string) => JaxArray): Record<string, JaxArray> => Object.fromEntries(names.map((name) => [name, make(name)]));
  const scale = half ? FIXED_SCALE : 1;
  const down = (array: JaxArray): JaxArray => (half ? array.astype(np.float16) : array);
  const up = (array: JaxArray): JaxArray => (half ? array.astype(np.float32).mul(1 / scale) : array);
  const keep = spec.weightDecay === undefined ? 1 : 1 - spec.learningRate * spec.weightDecay;
  const epsilon = spec.epsilon ?? 1e-7;

  const step = jit((weights: JaxArrays, first: JaxArrays, second: JaxArrays, data: JaxArrays, correct1: JaxArray, correct2: JaxArray) => {
    const [loss, gradients] = valueAndGrad((w: JaxArrays, d: JaxArrays) => model.loss(w, d, scale))(
      each((name) => down(at(weights, name).ref)),
      Object.fromEntries(Object.entries(data).map(([name, array]) => [name, down(array)])),
    ) as unknown as [JaxArray, JaxArrays];
    const next = { weights: {}, first: {}, second: {} } as Record<'weights' | 'first' | 'second', Record<string, JaxArray>>;
    for (const name of names) {
      const gradient = up(at(gradients, name));
      const mean = at(first, name)
        .mul(BETA1)
        .add(gradient.ref.mul(1 - BETA1));
      const square = at(second, name)
        .mul(BETA2)
        .add(gradient.ref.mul(gradient).mul(1 - BETA2));
      const direction = mean.ref.mul(correct1.ref).div(np.sqrt(square.ref.mul(correct2.ref)).add(epsilon));
      const kept = keep === 1 ? at(weights, name) : at(weights, name).mul(keep);
      next.weights[name] = kept.sub(direction.mul(spec.learningRate));
      next.first[name] = mean;
      next.second[name] = square;
    }
    correct1.dispose();
    correct2.dispose();
    return [up(loss), next.weights, next.first, next.second];
  }) as unknown as (...given: (JaxArrays | JaxArray)[]) => [JaxArray, JaxArrays, JaxArrays, JaxArrays];

  let weights: JaxArrays = each((name) => np.array(model.weights[name]!.data).reshape([...model.weights[name]!.shape]));
  let first: JaxArrays = each((name) => np.zerosLike(at(weights, name).ref));
  let second: JaxArrays = each((name) => np.zerosLike(at(weights, name).ref));
  const data = model.data();
  let applied = 0;
  return async () => {
    applied += 1;
    const lent = Object.fromEntries(Object.entries(data).map(([name, array]) => [name, array.ref]));
    const corrections = [1 / (1 - BETA1 ** applied), 1 / (1 - BETA2 ** applied)].map((value) => np.array(value));
    const [loss, ...state] = step(weights, first, second, lent, ...corrections);
    [weights, first, second] = state;
    const [value] = await loss.data();
    return Number(value);
  };
}

function at(arrays: JaxArrays, name: string): JaxArray {
  const found = arrays[name];
  if (found === undefined) throw new Error(`[bench] the model must have a weight ${name}, got none. Give it one.`);
  return found;
}
