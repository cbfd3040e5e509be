import type { PlacedLayer } from './layer-tree.ts';
import type { Layer } from './tfjs-layers.ts';
import { isLayer } from './tfjs-layers.ts';

/**
 * Which layers of a model are meant: a layer; a name or path (`encoder/dense_1`), in which `*` stands for anything; a regular
 * expression over the path; a class, by its constructor or by its name as in `layer.getClassName()`.
 */
export type LayerSelector = Layer | string | RegExp | (abstract new (...args: never) => Layer) | { readonly className: string };

/** The layers that a selector means, in the model's order. */
export function selectLayers(layers: readonly PlacedLayer[], selector: LayerSelector): readonly PlacedLayer[] {
  const matches = matcherOf(selector);
  const found = layers.filter(matches);
  if (found.length > 0) return found;
  const names = layers.map(({ path }) => path);
  throw new RangeError(
    `[models] a selector must mean at least one layer, got ${show(selector)}. The layers are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
  );
}

function matcherOf(selector: LayerSelector): (placed: PlacedLayer) => boolean {
  if (typeof selector === 'string') {
    const pattern = new RegExp(`^${selector.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    return ({ path, layer }) => pattern.test(path) || pattern.test(layer.name);
  }
  if (selector instanceof RegExp) {
    const pattern = new RegExp(selector.source, selector.flags.replace(/[gy]/g, '')); // without a memory of its last match
    return ({ path }) => pattern.test(path);
  }
  if (typeof selector === 'function') return ({ layer }) => layer instanceof selector;
  if (isLayer(selector)) return ({ layer }) => layer === selector;
  if (typeof selector === 'object' && selector !== null && typeof selector.className === 'string') {
    return ({ layer }) => layer.getClassName() === selector.className;
  }
  throw new TypeError(
    `[models] a selector must be a layer, a name, a pattern, a regular expression or a class, got ${show(selector)}. Write for example 'dense_*' or { className: 'Conv2D' }.`,
  );
}

function show(selector: unknown): string {
  if (typeof selector === 'string') return `'${selector}'`;
  if (selector instanceof RegExp) return String(selector);
  if (typeof selector === 'function') return `the class ${selector.name}`;
  if (isLayer(selector)) return `the layer '${selector.name}'`;
  if (typeof selector === 'object' && selector !== null && 'className' in selector) return `the class '${String(selector.className)}'`;
  return selector === null ? 'null' : typeof selector;
}
