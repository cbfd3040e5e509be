import { dropout, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message } from '../../bytes/model-file-error.ts';
import { layersOf } from '../../layers/layer-tree.ts';
import { overrideMethod } from '../../layers/own-method.ts';
import type { Layer } from '../../layers/tfjs-layers.ts';
import { viewOf } from '../../layers/tfjs-layers.ts';

/** The random numbers of a model's layers: which come next is told by a seed and by how many masks each layer has drawn. */
export interface SeededDropout {
  readonly seed: number;
  /** Masks that each layer has drawn, by its place among the layers of the model: names that tfjs gives differ between programs. */
  readonly calls: ReadonlyMap<string, number>;
  /** Goes on after so many masks; layers that are not named begin anew. */
  goTo(calls: ReadonlyMap<string, number>): void;
  /** Gives the layers back as they were. */
  dispose(): void;
}

/** Layers that draw numbers in a way that tfjs lets nobody seed. */
const UNSEEDABLE: readonly string[] = ['GaussianNoise', 'GaussianDropout', 'AlphaDropout'];

const seeded: WeakMap<object, SeededDropout> = /* @__PURE__ */ new WeakMap();

/**
 * Seeds every dropout of a Layers model, so that a run can be repeated, and resumed, bit for bit.
 *
 * tfjs draws an unseeded mask from `Math.random()`, and gives a layer that has a seed the very same mask in each step. Here each mask
 * comes from the seed, the place of the layer in the model and how many masks the layer has drawn: a new one each step, the same ones each run.
 * Checkpoints keep seed and counts. Covers Dropout, SpatialDropout1D, and dropout inside recurrent layers, also in models inside.
 *
 * Synchronous, never waits; costs nothing in a step.
 *
 * @param model - a Layers model
 * @param seed - a whole number from 0 to 2^32 - 1
 * @returns seed and counts; `dispose()` undoes it
 * @throws RangeError for another seed; Error if a layer draws numbers that cannot be seeded (GaussianNoise, GaussianDropout, AlphaDropout), or if the model is seeded
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dropout({ rate: 0.5, inputShape: [8] })] });
 * const random = seedDropout(model, 7);
 * model.apply(tf.ones([1, 8]), { training: true });
 * [...random.calls.values()][0]; // 1
 */
export function seedDropout(model: LayersModel, seed: number): SeededDropout {
  const view = viewOf(model, 'seedDropout()');
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(message('seed must be a whole number from 0 to 2^32 - 1', String(seed), 'Pass one, for example 1.'));
  }
  if (seeded.has(model)) throw new Error(message('a model is seeded once', 'a second seed', 'Dispose the first.'));
  const layers = layersOf(view).filter(({ container }) => !container);
  const unseedable = layers.find(({ layer }) => UNSEEDABLE.includes(layer.getClassName()));
  if (unseedable !== undefined) {
    throw new Error(
      message(
        'every random layer must be one that can be seeded',
        `'${unseedable.path}' of the class ${unseedable.layer.getClassName()}`,
        'Use dropout there.',
      ),
    );
  }
  const calls = new Map<string, number>();
  const next = (place: number): number => {
    const drawn = calls.get(`${place}`) ?? 0;
    calls.set(`${place}`, drawn + 1);
    return mix(mix(seed, place), drawn) + 1; // tfjs takes 0 for no seed
  };
  const undo = layers.flatMap(({ layer }, place) => seedLayer(layer, () => next(place)));
  const random: SeededDropout = {
    seed,
    calls,
    goTo(counts) {
      calls.clear();
      for (const [place, count] of counts) calls.set(place, count);
    },
    dispose() {
      for (const each of undo) each();
      seeded.delete(model);
    },
  };
  seeded.set(model, random);
  return random;
}

/** The seeded dropout of a model, if it is seeded. */
export function seededDropoutOf(model: LayersModel): SeededDropout | null {
  return seeded.get(model) ?? null;
}

/** Layers of a model that draw numbers, by path; a checkpoint of one that is not seeded cannot continue bit for bit. */
export function randomLayersOf(model: LayersModel): readonly string[] {
  return layersOf(viewOf(model, 'a checkpoint'))
    .filter(({ layer }) => isRandom(layer))
    .map(({ path }) => path);
}

function isRandom(layer: Layer): boolean {
  const rates = ['rate', 'dropout', 'recurrentDropout'].map((name) => Reflect.get(layer, name) as unknown);
  return UNSEEDABLE.includes(layer.getClassName()) || rates.some((rate) => typeof rate === 'number' && rate > 0 && rate < 1);
}

function seedLayer(layer: Layer, next: () => number): (() => void)[] {
  if ('noiseShape' in layer && 'seed' in layer) {
    const before = layer.seed;
    const off = overrideMethod(layer, 'call', (original) => (inputs, kwargs) => {
      if ((kwargs as { readonly training?: boolean } | undefined)?.training === true) Reflect.set(layer, 'seed', next());
      return original(inputs, kwargs);
    });
    return [off, () => void Reflect.set(layer, 'seed', before)];
  }
  if (!('dropoutMask' in layer)) return []; // a cell of a recurrent layer keeps its masks in such a field
  const before: unknown = Reflect.get(layer, 'dropoutFunc');
  Reflect.set(layer, 'dropoutFunc', (ones: Tensor, rate: number) => dropout(ones, rate, undefined, next()));
  return [() => void Reflect.set(layer, 'dropoutFunc', before)];
}

/** One number of 32 bits from two: the finaliser of MurmurHash3 over both. */
function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
