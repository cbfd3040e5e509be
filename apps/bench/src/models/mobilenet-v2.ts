import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { imageExample } from './image-example.ts';
import { layersModel, seedWeights } from './layers-model.ts';
import type { ModelDefinition, ModelOptions } from './model.ts';

const CLASSES = 1000;

/** Expansion, channels, repeats and first stride of each stage (table 2 of Sandler et al. 2018, arXiv 1801.04381). */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 of width 1 as Keras builds it, with random weights, batch norm in training mode. */
export const mobilenetv2: ModelDefinition = {
  name: 'mobilenetv2',
  title: 'MobileNetV2, 3.5 M parameters',
  defaults: { batch: 8, size: 224, depth: 0, seed: 3 },
  optimizer: { name: 'adam', learningRate: 1e-3, epsilon: 1e-7 },
  item: 'image',
  items: ({ batch }) => batch,
  build: (options, optimizer) => layersModel(network(options), optimizer, 'categoricalCrossentropy'),
  example: (options) => imageExample(options, CLASSES),
};

function network({ size, seed }: ModelOptions): LayersModel {
  const pictures = input({ shape: [size, size, 3] });
  let x = relu6(norm(convolution(padded(pictures), { filters: 32, kernelSize: 3, strides: 2, padding: 'valid' })));
  for (const [expansion, channels, repeats, stride] of STAGES)
    for (let i = 0; i < repeats; i += 1) x = bottleneck(x, { expansion, channels, stride: i === 0 ? stride : 1 });
  x = relu6(norm(convolution(x, { filters: 1280, kernelSize: 1, strides: 1, padding: 'same' })));
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  const classes = layers.dense({ units: CLASSES, activation: 'softmax', kernelInitializer: 'zeros' }).apply(x) as SymbolicTensor;
  const made = model({ inputs: pictures, outputs: classes });
  seedWeights(made, seed);
  return made;
}

interface Bottleneck {
  readonly expansion: number;
  readonly channels: number;
  readonly stride: 1 | 2;
}

/** Widens, filters each channel, narrows without an activation; adds its input where the shapes agree. */
function bottleneck(x: SymbolicTensor, { expansion, channels, stride }: Bottleneck): SymbolicTensor {
  const from = x.shape.at(-1) ?? 0;
  let y = expansion === 1 ? x : relu6(norm(convolution(x, { filters: expansion * from, kernelSize: 1, strides: 1, padding: 'same' })));
  const depthwise = layers.depthwiseConv2d({
    kernelSize: 3,
    strides: stride,
    padding: stride === 2 ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: 'zeros',
  });
  y = relu6(norm(depthwise.apply(stride === 2 ? padded(y) : y) as SymbolicTensor));
  y = norm(convolution(y, { filters: channels, kernelSize: 1, strides: 1, padding: 'same' }));
  return from === channels && stride === 1 ? (layers.add().apply([x, y]) as SymbolicTensor) : y;
}

interface Convolution {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: 'same' | 'valid';
}

const convolution = (x: SymbolicTensor, options: Convolution): SymbolicTensor =>
  layers.conv2d({ ...options, useBias: false, kernelInitializer: 'zeros' }).apply(x) as SymbolicTensor;

const norm = (x: SymbolicTensor): SymbolicTensor =>
  layers.batchNormalization({ epsilon: 1e-3, momentum: 0.999 }).apply(x) as SymbolicTensor;

const relu6 = (x: SymbolicTensor): SymbolicTensor => layers.reLU({ maxValue: 6 }).apply(x) as SymbolicTensor;

/** Pads so that a stride of 2 starts at the first pixel, as Keras does it. */
function padded(x: SymbolicTensor): SymbolicTensor {
  const even = (x.shape[1] ?? 0) % 2 === 0;
  const before = even ? 0 : 1;
  return layers
    .zeroPadding2d({
      padding: [
        [before, 1],
        [before, 1],
      ],
    })
    .apply(x) as SymbolicTensor;
}
