import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io, Tensor } from '@tensorflow/tfjs-core';

/** One op of a graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputNames: readonly string[];
  readonly children: readonly GraphNode[];
}

/** What runs a graph, or one of its functions. */
export interface ExecutorView {
  weightMap: Readonly<Record<string, Tensor[]>>;
  readonly graph: { readonly nodes: Readonly<Record<string, GraphNode>> };
  /** Executors of `If` and `While` branches by name; those of the root, also on a branch. */
  readonly functionExecutorMap: Readonly<Record<string, ExecutorView>>;
  /** Runs every op that has its inputs, synchronously, and returns a promise for each that waits. Called between awaits. */
  processStack(...parts: readonly unknown[]): unknown;
}

/** The members of a Graph model that we use and TypeScript hides. Checked by `graphViewOf`, so that another tfjs is noticed at once. */
export interface GraphView {
  readonly executor: ExecutorView;
  readonly inputNodes: readonly string[];
  readonly outputNodes: readonly string[];
  readonly modelSignature?: { readonly inputs?: Readonly<Record<string, { readonly name: string }>> };
  readonly modelUrl?: unknown;
  /** The file that the model came from, weights included; tfjs keeps it for `save()`. */
  readonly artifacts?: io.ModelArtifacts;
  /** Set by the first run, whether the model has an initializer or not. */
  readonly resourceIdToCapturedInput?: object | null;
}

const METHODS = ['execute', 'executeAsync', 'executeInitializerGraph', 'dispose'] as const;

/** Whether it has what a Graph model has; also with a second copy of tfjs-converter, which `instanceof` does not see. */
export function isGraphModel(value: unknown): value is GraphModel {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'executeAsync') === 'function' && typeof Reflect.get(value, 'predict') === 'function';
}

/** A Graph model with its hidden members, or an error that says what is wrong with it. */
export function graphViewOf(model: GraphModel, caller: string): GraphView {
  const { executor } = model as unknown as { readonly executor?: ExecutorView };
  if (executor === undefined || executor === null) {
    throw new Error(`[models] ${caller} needs a Graph model with its graph, got one that is not loaded. Await model.load() first.`);
  }
  const missing = [...METHODS.filter((name) => typeof Reflect.get(model, name) !== 'function'), ...missingIn(executor)];
  if (missing.length > 0) {
    throw new Error(
      `[models] this version of tfjs-converter is unknown, got a Graph model without ${missing.join(', ')}. Install @tensorflow/tfjs-converter 4.22, or a newer @halftone/models.`,
    );
  }
  return model as unknown as GraphView;
}

/** The executors of a graph: its own and those of its functions. */
export function executorsOf({ executor }: GraphView): readonly ExecutorView[] {
  return [executor, ...Object.values(executor.functionExecutorMap)];
}

/** What to call a model that has no name. */
export function nameOf({ modelUrl }: GraphView): string {
  return typeof modelUrl === 'string' ? modelUrl : 'graph model';
}

/** Name of the op that a name with an output index (`op:0`) means. */
export function opName(name: string): string {
  return name.split(':', 1)[0] as string;
}

function missingIn(executor: ExecutorView): string[] {
  const parts = [
    ['executor.weightMap', typeof executor.weightMap === 'object'],
    ['executor.graph.nodes', typeof executor.graph?.nodes === 'object'],
    ['executor.functionExecutorMap', typeof executor.functionExecutorMap === 'object'],
    ['executor.processStack', typeof executor.processStack === 'function'],
    [
      'a processStack of its functions',
      Object.values(executor.functionExecutorMap ?? {}).every((each) => typeof each.processStack === 'function'),
    ],
  ] as const;
  return parts.filter(([, found]) => !found).map(([name]) => name);
}
