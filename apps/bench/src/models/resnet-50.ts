import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { imageExample } from './image-example.ts';
import { layersModel, seedWeights } from './layers-model.ts';
import type { ModelDefinition, ModelOptions } from './model.ts';

const CLASSES = 1000;

/** Inner channels, repeats and first stride of each stage (table 1 of He et al. 2015, arXiv 1512.03385). */
const STAGES = [
  [64, 3, 1],
  [128, 4, 2],
  [256, 6, 2],
  [512, 3, 2],
] as const;

/** ResNet-50 as Keras builds it (version 1, convolutions with bias), with random weights, batch norm in training mode. */
export const resnet50: ModelDefinition = {
  name: 'resnet50',
  title: 'ResNet-50, 25.6 M parameters',
  defaults: { batch: 8, size: 224, depth: 0, seed: 4 },
  optimizer: { name: 'adam', learningRate: 1e-3, epsilon: 1e-7 },
  item: 'image',
  items: ({ batch }) => batch,
  build: (options, optimizer) => layersModel(network(options), optimizer, 'categoricalCrossentropy'),
  example: (options) => imageExample(options, CLASSES),
};

function network({ size, seed }: ModelOptions): LayersModel {
  const pictures = input({ shape: [size, size, 3] });
  let x = relu(norm(convolution(padded(pictures, 3), { filters: 64, kernelSize: 7, strides: 2, padding: 'valid' })));
  x = layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(padded(x, 1)) as SymbolicTensor;
  for (const [channels, repeats, stride] of STAGES)
    for (let i = 0; i < repeats; i += 1) x = bottleneck(x, { channels, stride: i === 0 ? stride : 1, isFirst: i === 0 });
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  const classes = layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: 'zeros' }).apply(x) as SymbolicTensor;
  const made = model({ inputs: pictures, outputs: classes });
  seedWeights(made, seed);
  return made;
}

interface Bottleneck {
  readonly channels: number;
  readonly stride: number;
  /** Whether the shortcut needs a convolution of its own. */
  readonly isFirst: boolean;
}

/** 1x1, 3x3, 1x1 to four times the channels, and the shortcut around them. */
function bottleneck(x: SymbolicTensor, { channels, stride, isFirst }: Bottleneck): SymbolicTensor {
  const shortcut = isFirst ? norm(convolution(x, { filters: 4 * channels, kernelSize: 1, strides: stride, padding: 'valid' })) : x;
  let y = relu(norm(convolution(x, { filters: channels, kernelSize: 1, strides: stride, padding: 'valid' })));
  y = relu(norm(convolution(y, { filters: channels, kernelSize: 3, strides: 1, padding: 'same' })));
  y = norm(convolution(y, { filters: 4 * channels, kernelSize: 1, strides: 1, padding: 'valid' }));
  return relu(layers.add().apply([shortcut, y]) as SymbolicTensor);
}

interface Convolution {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: 'same' | 'valid';
}

const convolution = (x: SymbolicTensor, options: Convolution): SymbolicTensor =>
  layers.conv2d({ ...options, kernelInitializer: 'zeros' }).apply(x) as SymbolicTensor;

const norm = (x: SymbolicTensor): SymbolicTensor => layers.batchNormalization({ epsilon: 1.001e-5 }).apply(x) as SymbolicTensor;

const relu = (x: SymbolicTensor): SymbolicTensor => layers.activation({ activation: 'relu' }).apply(x) as SymbolicTensor;

const padded = (x: SymbolicTensor, by: number): SymbolicTensor => layers.zeroPadding2d({ padding: [by, by] }).apply(x) as SymbolicTensor;
