import type { Layer, ModelView } from './tfjs-layers.ts';
import { isContainer, isLayer } from './tfjs-layers.ts';

/** A layer and where it is: names from the model down, joined by `/`. */
export interface PlacedLayer {
  readonly path: string;
  readonly layer: Layer;
  /** Whether it is a model; its own maths is that of the layers in it. */
  readonly container: boolean;
  /** The layers and models that it is part of, outermost first; the model itself is left out. */
  readonly parents: readonly Layer[];
}

/**
 * Every layer of a model, models inside it included, and the layers inside wrappers and recurrent layers (`layer`,
 * `forwardLayer`, `cell`). A shared layer comes once, where it is met first. The input layers of tfjs are left out.
 */
export function layersOf(model: Pick<ModelView, 'layers'>): readonly PlacedLayer[] {
  const found: PlacedLayer[] = [];
  const seen = new Set<Layer>();
  const visit = (layer: Layer, prefix: string, parents: readonly Layer[]): void => {
    if (seen.has(layer) || layer.getClassName() === 'InputLayer') return;
    seen.add(layer);
    const path = prefix + layer.name;
    const container = isContainer(layer);
    found.push({ path, layer, container, parents });
    const inner = container ? layer.layers : layersInside(layer);
    for (const child of inner) visit(child, `${path}/`, [...parents, layer]);
  };
  for (const layer of model.layers) visit(layer, '', []);
  return found;
}

/** The layers that do maths of their own: no models, no parts of other layers. */
export function leavesOf(model: Pick<ModelView, 'layers'>): readonly PlacedLayer[] {
  return layersOf(model).filter(({ container, parents }) => !container && parents.every(isContainer));
}

/** The layers whose results are the model's results, found through models inside. */
export function outputLayersOf({ outputs }: Pick<ModelView, 'outputs'>): readonly Layer[] {
  return outputs.flatMap(({ sourceLayer }) =>
    isContainer(sourceLayer) ? outputLayersOf(sourceLayer as unknown as ModelView) : [sourceLayer],
  );
}

/** Layers that another layer holds in its fields, alone or in a list, as tfjs's wrappers and recurrent layers do. */
function layersInside(layer: Layer): readonly Layer[] {
  const inner = Object.values(layer)
    .flatMap((value: unknown) => (Array.isArray(value) ? value : [value]))
    .filter(isLayer);
  // a Bidirectional keeps the layer that it copied, which is never called
  return 'forwardLayer' in layer ? inner.filter((child) => child !== Reflect.get(layer, 'layer')) : inner;
}
