import { readFileSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { sharedData } from '@halftone/testing';
import { bloodCells, CELLS } from './blood-cells.ts';

/** Pixels of a side: MobileNetV2 is convolutional up to its pooling, so a smaller picture gives fewer features of the same kind. */
export const SIZE = 96;

/** MobileNetV2 up to its last activation, rebuilt for small pictures, and a new head that knows three kinds of cells. */
export async function cellModel(): Promise<{ readonly base: tfl.LayersModel; readonly model: tfl.LayersModel }> {
  const { weightsManifest, modelTopology, ...rest } = JSON.parse(
    readFileSync(sharedData('models/mobilenet_v2/model.json'), 'utf8'),
  ) as tf.io.ModelJSON;
  const { config } = (modelTopology as { model_config: { config: { layers: LayerConfig[]; output_layers: unknown } } }).model_config;
  config.layers = config.layers.slice(0, config.layers.findIndex(({ config: { name } }) => name === 'out_relu') + 1);
  (config.layers[0] as LayerConfig).config.batch_input_shape = [null, SIZE, SIZE, 3];
  config.output_layers = [['out_relu', 0, 0]];
  const shards = weightsManifest.flatMap(({ paths }) => paths).map((path) => readFileSync(sharedData(`models/mobilenet_v2/${path}`)));
  const artifacts = {
    ...rest,
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(Buffer.concat(shards)).buffer,
  };
  const base = await tfl.loadLayersModel({ load: async () => artifacts }, { strict: false }); // the classifier's weights are left over
  const pooled = tfl.layers.globalAveragePooling2d({} as never).apply(base.outputs[0] as tfl.SymbolicTensor) as tfl.SymbolicTensor;
  const head = tfl.layers.dense({
    name: 'cells',
    units: CELLS.length,
    activation: 'softmax',
    kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
  });
  return { base, model: tfl.model({ inputs: base.inputs, outputs: head.apply(pooled) as tfl.SymbolicTensor }) };
}

interface LayerConfig {
  readonly config: { name: string; batch_input_shape?: (number | null)[] };
}

interface Crops {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** So many crops of each kind on the device; the caller owns both tensors. */
export function cells(part: 'train' | 'held-out', perClass: number): Crops {
  const { pixels, labels } = bloodCells({ part, perClass, size: SIZE });
  return {
    x: tf.tensor(pixels, [labels.length, SIZE, SIZE, 3]),
    y: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), CELLS.length), 'float32')),
  };
}

/** Trains with Adam on crops in their order. */
export async function learn(
  model: tfl.LayersModel,
  { x, y, epochs, rate }: Crops & { readonly epochs: number; readonly rate: number },
): Promise<readonly number[]> {
  model.compile({ optimizer: tf.train.adam(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs, batchSize: 16, shuffle: false, verbose: 0 });
  return history['loss'] as number[];
}

/** How many of the crops a compiled model knows, 0 to 1. */
export async function accuracyOf(model: tfl.LayersModel, { x, y }: Crops): Promise<number> {
  const results = model.evaluate(x, y) as [tf.Scalar, tf.Scalar];
  const [accuracy] = await results[1].data();
  tf.dispose(results);
  return accuracy as number;
}
