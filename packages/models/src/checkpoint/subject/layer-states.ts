import type { Tensor } from '@tensorflow/tfjs-core';
import { layersOf } from '../../layers/layer-tree.ts';
import type { ModelView } from '../../layers/tfjs-layers.ts';

/** What a stateful recurrent layer carries from one batch to the next. */
export interface LayerState {
  readonly key: string;
  readonly tensors: readonly Tensor[];
  /** Gives the layer these states; the tensors stay the caller's. */
  assign(values: Tensor[]): void;
}

interface StatefulLayer {
  readonly states_: readonly (Tensor | null)[];
  resetStates(states: Tensor[]): void;
}

/** The states of the stateful recurrent layers of a model that have some. */
export function statesOf(model: ModelView): readonly LayerState[] {
  return layersOf(model).flatMap(({ path, layer }) => {
    if (!('stateful' in layer && layer.stateful) || !Array.isArray(Reflect.get(layer, 'states_'))) return [];
    const stateful = layer as unknown as StatefulLayer;
    const tensors = stateful.states_.filter((state): state is Tensor => state !== null && !state.isDisposed);
    return tensors.length === 0 ? [] : [{ key: path, tensors, assign: (values: Tensor[]) => stateful.resetStates(values) }];
  });
}
