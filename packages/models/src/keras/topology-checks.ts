import { layersOf } from '../layers/layer-tree.ts';
import type { Layer, ModelView } from '../layers/tfjs-layers.ts';
import { isContainer } from '../layers/tfjs-layers.ts';
import type { Refusals } from './cannot-cross.ts';

/** Notes what no single layer shows: sharing across models, names that Keras refuses, masks that mean something else there. */
export function noteTopology(model: ModelView, refused: Refusals): void {
  const owners = new Map<Layer, string>();
  const visit = (container: Pick<ModelView, 'layers' | 'name'>): void => {
    for (const layer of container.layers) {
      const owner = owners.get(layer);
      if (owner !== undefined) refused.add(`layer '${layer.name}', which the models '${owner}' and '${container.name}' share`);
      if (owner !== undefined) continue;
      owners.set(layer, container.name);
      if (layer.name.includes('/')) refused.add(`the name of layer '${layer.name}', in which Keras allows no /`);
      if (isContainer(layer)) visit(layer as unknown as ModelView);
    }
  };
  visit(model);
  if (!hasInput(model)) refused.add(`model '${model.name}', whose input shape is not known yet`);
  const all = layersOf(model);
  const masks = all.find(({ layer }) => layer.getClassName() === 'Masking' || Reflect.get(layer, 'maskZero') === true);
  if (masks === undefined) return;
  for (const { layer, path } of all) {
    if (layer.getClassName() === 'Bidirectional') {
      refused.add(`layer '${path}' of class Bidirectional behind the masks of '${masks.path}': Keras 3 gives zeros there, tfjs repeats`);
    }
  }
}

function hasInput(model: object): boolean {
  const inputs: unknown = Reflect.get(model, 'inputs');
  return Array.isArray(inputs) && inputs.length > 0;
}
