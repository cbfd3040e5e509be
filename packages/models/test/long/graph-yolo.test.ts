import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { explain, TINY_SIZE } from '@halftone/autocast';
import { requireOrSkip } from '@halftone/testing';
import '@halftone/testing/matchers';
import { registerWebGPU } from '@halftone/webgpu';
import { mixedPrecision, storeFrozenInHalf, summarizeModel } from '../../src/index.ts';
import { photograph, sharedGraph } from '../real-graphs.ts';
import { yoloWeights } from '../yolo-weights.ts';

const [shared, vulkan] = [await requireOrSkip('shared'), await requireOrSkip('vulkan')];
const [SIDE, CELLS] = [640, 8400];

it.skipIf(!shared.available || !vulkan.available)('the whole graph of YOLOv8n runs in half, but for what the report names', async () => {
  const pixels = photograph('ai-face.jpg', SIDE).map((value) => value / 255);
  const file = sharedGraph('yolov8n-graph', yoloWeights());
  await tf.setBackend('wasm');
  const stock = (await ((await loadGraphModel(file)).predict(tf.tensor(pixels, [1, SIDE, SIDE, 3])) as tf.Tensor).data()) as Float32Array;
  const handle = await registerWebGPU();
  try {
    await tf.setBackend(handle.backendName);
    const model = mixedPrecision(await loadGraphModel(file), 'mixed_float16', { checkRange: false });
    const x = tf.tensor(pixels, [1, SIDE, SIDE, 3]);
    const { result, kernels } = explain(() => model.predict(x) as tf.Tensor);
    expect(kernels.length).toBeGreaterThan(300);
    const wide = kernels.filter(({ storageOut }) => storageOut.includes('float32')).map(({ kernelName, why }) => `${kernelName}: ${why}`);
    expect(wide).toEqual([
      'PadV2: its input is float32', // of the image itself
      'Softmax: exponentials and their sum; masks and losses hang on it',
    ]);
    expect(handle.refusedPrograms()).toEqual({});
    expect((await storeFrozenInHalf(model)).kept).toEqual([]);
    const { layers, bytesNow, bytesFloat32 } = summarizeModel(model);
    expect(layers.filter(({ storage, parameters }) => storage === 'float32' && parameters >= TINY_SIZE)).toEqual([]);
    expect(bytesNow / bytesFloat32).toBeLessThanOrEqual(0.52);

    const values = (await result.data()) as Float32Array;
    expect(result.shape).toEqual([1, 84, CELLS]);
    const [boxes, scores] = [4 * CELLS, stock.length];
    expect(values.subarray(0, boxes)).toBeCloseInFormat(stock.subarray(0, boxes), 'float16', { scale: SIDE });
    expect(values.subarray(boxes, scores)).toBeCloseInFormat(stock.subarray(boxes, scores), 'float16', { scale: 1 });
    const farthest = (from: number, to: number): number => {
      let most = 0;
      for (let i = from; i < to; i++) most = Math.max(most, Math.abs((values[i] as number) - (stock[i] as number)));
      return most;
    };
    process.stderr.write(
      `[models] yolov8n: boxes within ${farthest(0, boxes)} of 640 pixels, scores within ${farthest(boxes, scores)}; weights ${bytesNow} of ${bytesFloat32} bytes\n`,
    );
  } finally {
    handle.dispose();
  }
});
