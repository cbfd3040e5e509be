import type { GraphModel } from '@tensorflow/tfjs-converter';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import type * as TensorFlow from '@tensorflow/tfjs-core';

/** A constant of a drawn graph. */
export interface DrawnWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  readonly dtype?: 'float32' | 'int32';
}

/** An op of a drawn graph. */
export interface DrawnNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: object;
}

const FLOAT = { type: 'DT_FLOAT' };

export const node = (name: string, op: string, input: readonly string[] = [], attr: object = {}): DrawnNode => ({ name, op, input, attr });
export const constant = (name: string): DrawnNode => node(name, 'Const', [], { dtype: FLOAT });
export const placeholder = (name: string, sizes: readonly number[]): DrawnNode =>
  node(name, 'Placeholder', [], { shape: { shape: { dim: sizes.map((size) => ({ size: String(size) })) } }, dtype: FLOAT });
export const product = (name: string, x: string, kernel: string): DrawnNode =>
  node(name, 'MatMul', [x, kernel], { transpose_a: { b: false }, transpose_b: { b: false } });
export const weight = (name: string, shape: readonly number[], values: (i: number) => number): DrawnWeight => ({
  name,
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => values(i)),
});

/** The file of a graph of our own, as tfjs's converter would have written it. */
export function graphFile(
  nodes: readonly DrawnNode[],
  weights: readonly DrawnWeight[],
  functions: readonly object[] = [],
): TensorFlow.io.IOHandler {
  const parts = weights.map(
    ({ values, dtype }) => new Uint8Array((dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)).buffer),
  );
  const weightData = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  parts.reduce((at, part) => (weightData.set(part, at), at + part.byteLength), 0);
  const artifacts: TensorFlow.io.ModelArtifacts = {
    format: 'graph-model',
    modelTopology: { versions: { producer: 1, minConsumer: 1 }, node: nodes, library: { function: functions } },
    weightSpecs: weights.map(({ name, shape, dtype = 'float32' }) => ({ name, shape: [...shape], dtype })),
    weightData: weightData.buffer,
  };
  return { load: async () => ({ ...artifacts }) };
}

const KERNEL = weight('kernel', [16, 64], (i) => Math.sin(i) / 4);
const BIAS = weight('bias', [64], (i) => Math.cos(i));
const HEAD = weight('head', [64, 16], (i) => Math.sin(2 * i) / 4);

/** A frozen graph: y = relu(x · kernel + bias) · head, x of 16 numbers a row. */
export async function frozenGraph(more: readonly DrawnWeight[] = []): Promise<GraphModel> {
  return loadGraphModel(
    graphFile(
      [
        placeholder('x', [-1, 16]),
        ...['kernel', 'bias', 'head', ...more.map(({ name }) => name)].map(constant),
        product('product', 'x', 'kernel'),
        node('sum', 'AddV2', ['product', 'bias']),
        node('relu', 'Relu', ['sum']),
        product('y', 'relu', 'head'),
      ],
      [KERNEL, BIAS, HEAD, ...more],
    ),
  );
}

const SQUARE = weight('square', [16, 16], (i) => Math.sin(i) / 3);
const int = (name: string, value: number): DrawnWeight => ({ name, shape: [], values: [value], dtype: 'int32' });
const intConstant = (name: string): DrawnNode => node(name, 'Const', [], { dtype: { type: 'DT_INT32' } });

/** A loop as TensorFlow 1 froze it: `for (i = 0; i < 3; i++) x = tanh(x · square)`. */
export async function loopGraphV1(): Promise<GraphModel> {
  const enter = (name: string, input: string, constantly: boolean): DrawnNode =>
    node(name, 'Enter', [input], { frame_name: { s: btoa('frame') }, is_constant: { b: constantly } });
  return loadGraphModel(
    graphFile(
      [
        placeholder('x', [-1, 16]),
        constant('square'),
        ...['zero', 'one', 'three'].map(intConstant),
        enter('enter_i', 'zero', false),
        enter('enter_x', 'x', false),
        enter('enter_square', 'square', true),
        enter('enter_one', 'one', true),
        enter('enter_three', 'three', true),
        node('merge_i', 'Merge', ['enter_i', 'next_i']),
        node('merge_x', 'Merge', ['enter_x', 'next_x']),
        node('less', 'Less', ['merge_i', 'enter_three']),
        node('cond', 'LoopCond', ['less']),
        node('switch_i', 'Switch', ['merge_i', 'cond']),
        node('switch_x', 'Switch', ['merge_x', 'cond']),
        node('add', 'AddV2', ['switch_i:1', 'enter_one']),
        product('product', 'switch_x:1', 'enter_square'),
        node('tanh', 'Tanh', ['product']),
        node('next_i', 'NextIteration', ['add']),
        node('next_x', 'NextIteration', ['tanh']),
        node('exit', 'Exit', ['switch_x']),
        node('y', 'Identity', ['exit']),
      ],
      [SQUARE, int('zero', 0), int('one', 1), int('three', 3)],
    ),
  );
}

const drawnFunction = (
  name: string,
  {
    inputs,
    nodes,
    output,
  }: {
    readonly inputs: readonly (readonly [string, string])[];
    readonly nodes: readonly DrawnNode[];
    readonly output: Readonly<Record<string, string>>;
  },
): object => ({
  signature: {
    name,
    inputArg: inputs.map(([arg, type]) => ({ name: arg, type })),
    outputArg: Object.keys(output).map((arg) => ({ name: arg, type: 'DT_FLOAT' })),
  },
  nodeDef: nodes,
  ret: output,
});

/** The same loop with functions, as TensorFlow 2 writes it, and `y = x > 0 somewhere ? -x : x` with two more after it. */
export async function loopGraphV2(): Promise<GraphModel> {
  const inputs = [
    ['i', 'DT_INT32'],
    ['x', 'DT_FLOAT'],
    ['w', 'DT_FLOAT'],
  ] as const;
  const one = [['x', 'DT_FLOAT']] as const;
  return loadGraphModel(
    graphFile(
      [
        placeholder('x', [-1, 16]),
        constant('square'),
        intConstant('zero'),
        node('loop', 'StatelessWhile', ['zero', 'x', 'square'], { cond: { func: { name: 'less' } }, body: { func: { name: 'body' } } }),
        constant('limit'),
        node('top', 'Max', ['loop:1', 'axes'], { keep_dims: { b: false } }),
        intConstant('axes'),
        node('positive', 'Greater', ['top', 'limit']),
        node('if', 'StatelessIf', ['positive', 'loop:1'], {
          then_branch: { func: { name: 'negate' } },
          else_branch: { func: { name: 'same' } },
        }),
        node('y', 'Identity', ['if']),
      ],
      [
        SQUARE,
        int('zero', 0),
        int('one', 1),
        int('three', 3),
        weight('limit', [], () => 0),
        { name: 'axes', shape: [2], values: [0, 1], dtype: 'int32' },
      ],
      [
        drawnFunction('less', {
          inputs,
          nodes: [intConstant('three'), node('lower', 'Less', ['i', 'three'])],
          output: { out: 'lower:z:0' },
        }),
        drawnFunction('body', {
          inputs,
          nodes: [intConstant('one'), node('add', 'AddV2', ['i', 'one']), product('product', 'x', 'w'), node('tanh', 'Tanh', ['product'])],
          output: { a: 'add:z:0', b: 'tanh:y:0', c: 'w' },
        }),
        drawnFunction('negate', { inputs: one, nodes: [node('neg', 'Neg', ['x'])], output: { out: 'neg:y:0' } }),
        drawnFunction('same', { inputs: one, nodes: [node('id', 'Identity', ['x'])], output: { out: 'id:output:0' } }),
      ],
    ),
  );
}
