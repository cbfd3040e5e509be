import type { Layer, ModelView, WeightView } from '../layers/tfjs-layers.ts';
import { isContainer } from '../layers/tfjs-layers.ts';

/** A weight under the name that both sides know it by. */
export interface PlacedWeight {
  /** `<path>/<i>`, as the contract says. */
  readonly key: string;
  readonly weight: WeightView;
}

/** Every weight of a model in the order of Keras's `model.weights`, each once. */
export function placedWeights({ layers }: Pick<ModelView, 'layers'>): readonly PlacedWeight[] {
  const found: PlacedWeight[] = [];
  const seen = new Set<Layer>();
  const visit = (layer: Layer, prefix: string): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    const path = prefix + layer.name;
    if (isContainer(layer)) for (const inner of layer.layers) visit(inner, `${path}/`);
    else for (const [index, weight] of weightsOf(layer).entries()) found.push({ key: `${path}/${index}`, weight });
  };
  for (const layer of layers) visit(layer, '');
  return found;
}

/**
 * The weights of a layer in the order of Keras's `layer.weights`. tfjs has the same order in each layer (kernel, recurrent kernel, bias;
 * gamma, beta, moving mean, moving variance; forward before backward), but puts what is not trained last in a model, which a
 * TimeDistributed may hold.
 */
function weightsOf(layer: Layer): readonly WeightView[] {
  if (isContainer(layer)) return layer.layers.flatMap(weightsOf);
  const inner: unknown = Reflect.get(layer, 'layer');
  if (!('forwardLayer' in layer) && isContainer(inner)) return inner.layers.flatMap(weightsOf);
  return layer.weights as unknown as readonly WeightView[];
}
