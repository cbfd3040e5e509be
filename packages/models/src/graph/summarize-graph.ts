import type { GraphModel } from '@tensorflow/tfjs-converter';
import { storageOf } from '@halftone/autocast';
import { formatPolicy } from '@halftone/policy';
import type { LayerSummary, ModelSummary } from '../summary/layer-summary.ts';
import type { GraphNode, GraphView } from './graph-view.ts';
import { executorsOf, graphViewOf, nameOf } from './graph-view.ts';
import type { WideConstant } from './place-constants.ts';
import { constantsOf } from './place-constants.ts';
import type { GraphRecord } from './record.ts';
import { graphRecord } from './record.ts';

/** Tells of a Graph model what `summarizeModel` tells: a row an op that has weights, with its float constants. */
export function summarizeGraph(model: GraphModel): ModelSummary {
  const view = graphViewOf(model, 'summarizeModel()');
  const record = graphRecord(model);
  const byOp = new Map<string, { readonly op: GraphNode | null; readonly constants: WideConstant[] }>();
  for (const constant of constantsOf(view)) {
    const op = userOf(view, constant.name);
    const path = op?.name ?? constant.name;
    const row = byOp.get(path) ?? { op, constants: [] };
    row.constants.push(constant);
    byOp.set(path, row);
  }
  const layers = [...byOp].map(([path, { op, constants }]) => rowOf(record, { path, className: op?.op ?? 'Const', constants }));
  const sum = (part: 'parameters' | 'bytesFloat32' | 'bytesNow'): number => layers.reduce((total, layer) => total + layer[part], 0);
  return {
    name: nameOf(view),
    policy: record === undefined ? null : formatPolicy(record.policy),
    layers,
    parameters: sum('parameters'),
    trainable: 0,
    bytesFloat32: sum('bytesFloat32'),
    bytesNow: sum('bytesNow'),
    lossScaling: false,
  };
}

function rowOf(
  record: GraphRecord | undefined,
  { path, className, constants }: { readonly path: string; readonly className: string; readonly constants: readonly WideConstant[] },
): LayerSummary {
  const storages = constants.map(({ tensor }) => ({ size: tensor.size, storage: storageOf(tensor) }));
  const parameters = storages.reduce((total, { size }) => total + size, 0);
  return {
    path,
    className,
    policy: record === undefined ? 'float32' : formatPolicy(record.policy),
    compute: record?.policy.compute ?? 'float32',
    storage: [...new Set(storages.map(({ storage }) => storage))].sort().join('+'),
    parameters,
    trainable: 0,
    bytesFloat32: 4 * parameters,
    bytesNow: storages.reduce((total, { size, storage }) => total + size * (storage === 'float32' ? 4 : 2), 0),
    float32: reasonsFor(record, constants),
  };
}

function reasonsFor(record: GraphRecord | undefined, constants: readonly WideConstant[]): readonly string[] {
  if (record === undefined) return ['the model is not in mixed precision'];
  if (record.policy.compute === 'float32') return ["the model's policy is float32"];
  const reasons = constants.flatMap(({ name, tensor }) => {
    if (storageOf(tensor) !== 'float32') return [];
    const { kind, why } = record.weights.get(name) ?? { kind: 'weak', why: 'weights move into half with the next run' };
    if (why === undefined) return [];
    return kind === 'wide' ? [`${name} stays float32, and so does what it meets: ${why}`] : [named(name, why)];
  });
  return [...new Set(reasons)];
}

/** Rules that hold for every weight are told once, without a name. */
function named(name: string, why: string): string {
  return why.startsWith('weights ') ? why : `${name} stays float32: ${why}`;
}

/** The op that a constant belongs to: the first that takes it, looked at through identities, in the graph or in a function. */
function userOf(model: GraphView, name: string): GraphNode | null {
  for (const { graph } of executorsOf(model)) {
    const user = graph.nodes[name]?.children[0];
    if (user === undefined) continue;
    return user.op === 'Identity' ? (user.children[0] ?? user) : user;
  }
  return null;
}
