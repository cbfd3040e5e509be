import type { Layer } from '../layers/tfjs-layers.ts';
import { isContainer } from '../layers/tfjs-layers.ts';
import type { Refusals } from './cannot-cross.ts';
import { crossValue } from './config-values.ts';
import type { KerasObject } from './hand-over.ts';
import { isKerasObject, kerasObject, sameJson, showValue } from './keras-object.ts';
import type { LayerRow } from './layer-table.ts';
import { INNER_LAYERS, LAYERS } from './layer-table.ts';

/** What holds for one layer on its way to Keras. */
export interface LayerContext {
  readonly dtype: KerasObject;
  readonly refused: Refusals;
  /** A model inside a wrapper. */
  readonly modelToKeras: (model: Layer) => KerasObject;
}

/** One layer of tfjs, as its JSON and as it lives, in the words of Keras 3. Notes what cannot cross and goes on. */
export function layerToKeras(layer: Layer, source: unknown, context: LayerContext): KerasObject {
  const { refused, dtype } = context;
  if (isContainer(layer)) return context.modelToKeras(layer);
  const className = layer.getClassName();
  const label = `layer '${layer.name}'`;
  const row = rowOf(className);
  if (row === undefined || !isKerasObject(source)) {
    refused.add(`${label} of class ${className}`);
    return kerasObject('keras.layers', className, {});
  }
  const given: Record<string, unknown> = { ...source.config };
  for (const [argument, field] of Object.entries(row.fields ?? {})) given[argument] = Reflect.get(layer, field);
  for (const [argument, value] of Object.entries(row.defaults ?? {})) given[argument] ??= value;
  const config: Record<string, unknown> = { name: layer.name, dtype };
  if (row.noTrainable === undefined) config['trainable'] = layer.trainable;
  const place = (argument: string): { layer: string; argument: string; refused: Refusals } => ({ layer: label, argument, refused });
  for (const argument of row.same) {
    if (given[argument] === undefined) continue;
    config[argument] = INNER_LAYERS.includes(argument)
      ? innerToKeras(layer, given[argument], { ...context, argument })
      : crossValue(given[argument], place(argument), 'toKeras');
  }
  for (const [argument, name] of Object.entries(row.renamed ?? {})) config[argument] = given[name];
  for (const [argument, value] of Object.entries(row.fixed ?? {})) {
    if (given[argument] !== undefined && !sameJson(given[argument], value)) {
      refused.add(`${argument} ${showValue(given[argument])} of ${label}`);
    }
    config[argument] = value;
  }
  const known = new Set([
    ...row.same,
    ...Object.values(row.renamed ?? {}),
    ...Object.keys(row.fixed ?? {}),
    ...(row.dropped ?? []),
    ...BASE,
  ]);
  for (const [argument, value] of Object.entries(given)) {
    if (!known.has(argument) && value !== null && value !== undefined) refused.add(`${argument} of ${label}`);
  }
  if (className === 'PReLU' && sameJson(config['shared_axes'], [])) config['shared_axes'] = null;
  return kerasObject('keras.layers', row.keras ?? className, config);
}

/** One layer of Keras 3 in the words of tfjs's JSON. Notes what cannot cross and goes on. */
export function layerFromKeras(source: unknown, refused: Refusals, modelFromKeras: (model: KerasObject) => unknown): unknown {
  if (!isKerasObject(source)) return refuse(refused, 'a layer without class_name and config');
  const { class_name: className, config } = source;
  if (MODELS.includes(className)) return modelFromKeras(source);
  const label = `layer '${String(config['name'])}'`;
  const candidates = Object.entries(LAYERS).filter(([name, row]) => (row.keras ?? name) === className);
  const found = candidates.find(([, row]) => unfit(row, config).length === 0) ?? candidates[0];
  if (found === undefined || !isOfKeras(source.module)) return refuse(refused, `${label} of class ${className}`);
  const [name, row] = found;
  for (const argument of unfit(row, config)) refused.add(`${argument} ${showValue(config[argument])} of ${label}`);
  const result: Record<string, unknown> = {};
  for (const argument of [...row.same, 'name', 'trainable']) {
    if (config[argument] === undefined) continue;
    result[argument] = INNER_LAYERS.includes(argument)
      ? innerFromKeras(config[argument], (inner) => layerFromKeras(inner, refused, modelFromKeras))
      : crossValue(config[argument], { layer: label, argument, refused }, 'fromKeras');
  }
  for (const [argument, tfjs] of Object.entries(row.renamed ?? {})) result[tfjs] = config[argument];
  if (name === 'Bidirectional') settleBidirectional(result, config, label, refused);
  const known = new Set([...row.same, ...Object.keys(row.renamed ?? {}), ...Object.keys(row.fixed ?? {}), ...(row.ignored ?? []), ...BASE]);
  for (const [argument, value] of Object.entries(config)) {
    if (!known.has(argument) && value !== null && value !== false) refused.add(`${argument} of ${label}`);
  }
  return { class_name: name, config: result };
}

/** Containers of layers, by the names that Keras and tfjs give them. */
export const MODELS: readonly string[] = ['Sequential', 'Functional', 'Model'];

const BASE = ['name', 'trainable', 'dtype', 'batch_input_shape', 'batch_shape', 'batch_size', 'input_dtype', 'sparse'] as const;

function rowOf(className: string): LayerRow | undefined {
  return Object.hasOwn(LAYERS, className) ? LAYERS[className] : undefined;
}

function isOfKeras(module: unknown): boolean {
  return module === undefined || (typeof module === 'string' && /^keras(\.|$)/.test(module));
}

/** Arguments whose value is not what tfjs always does. */
function unfit({ fixed = {} }: LayerRow, config: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(fixed).filter((argument) => {
    const value = config[argument];
    return value !== undefined && !sameJson(value, fixed[argument]);
  });
}

function innerToKeras(layer: Layer, source: unknown, context: LayerContext & { readonly argument: string }): unknown {
  if (context.argument === 'cells') {
    const cells = Reflect.get(layer, 'cells') as readonly Layer[];
    return cells.map((cell, index) => layerToKeras(cell, (source as readonly unknown[])[index], context));
  }
  const live = (Reflect.get(layer, 'forwardLayer') ?? Reflect.get(layer, context.argument)) as Layer;
  return layerToKeras(live, source, context);
}

function innerFromKeras(source: unknown, cross: (inner: unknown) => unknown): unknown {
  return Array.isArray(source) ? source.map(cross) : cross(source);
}

/** tfjs makes the backward layer from the forward one and puts the prefixes before their names itself. */
function settleBidirectional(
  result: Readonly<Record<string, unknown>>,
  { layer, backward_layer: backward }: Readonly<Record<string, unknown>>,
  label: string,
  refused: Refusals,
): void {
  const inner = result['layer'];
  if (isKerasObject(inner)) (inner.config as Record<string, unknown>)['name'] = String(inner.config['name']).replace(/^forward_/, '');
  if (isKerasObject(layer) && isKerasObject(backward) && !sameJson(mirrored(layer), mirrored(backward))) {
    refused.add(`backward_layer of ${label}, which is not the forward one turned round`);
  }
}

function mirrored({ class_name, config }: KerasObject): unknown {
  const { name: _, go_backwards: __, ...rest } = config;
  return { class_name, rest };
}

function refuse(refused: Refusals, reason: string): null {
  refused.add(reason);
  return null;
}
