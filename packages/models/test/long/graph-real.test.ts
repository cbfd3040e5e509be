import '@tensorflow/tfjs-backend-wasm';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { explain } from '@halftone/autocast';
import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import type { GpuMeter, GpuReport } from '@halftone/testing/meter';
import { installGpuMeter } from '@halftone/testing/meter';
import type { WebGPUHandle } from '@halftone/webgpu';
import { registerWebGPU } from '@halftone/webgpu';
import { mixedPrecision, storeFrozenInHalf, summarizeModel } from '../../src/index.ts';
import { photograph, sharedGraph } from '../real-graphs.ts';

const [shared, vulkan] = [await requireOrSkip('shared'), await requireOrSkip('vulkan')];
const SIDE = 256;

/** How much of two masks is in both. */
function overlap(a: Float32Array, b: Float32Array): number {
  let [both, either] = [0, 0];
  a.forEach((value, i) => {
    const [here, there] = [value > 0.5, (b[i] as number) > 0.5];
    if (here && there) both += 1;
    if (here || there) either += 1;
  });
  return both / either;
}

describe.skipIf(!shared.available || !vulkan.available)('selfie, a segmentation of 256 x 256 pixels', () => {
  let meter: GpuMeter;
  let pixels: Float32Array; // in 0..255
  let stock: Float32Array;
  const segment = async (model: GraphModel, from: Float32Array): Promise<Float32Array> => {
    const x = tf.tensor(from, [1, SIDE, SIDE, 3]);
    const y = model.predict(x) as tf.Tensor;
    x.dispose();
    const mask = (await y.data()) as Float32Array;
    y.dispose();
    return mask;
  };
  const scaled = (): Float32Array => pixels.map((value) => value / 255);

  beforeAll(async () => {
    await dawn();
    meter = installGpuMeter(); // before any device is made
    pixels = photograph('ai-body.jpg', SIDE);
    await tf.setBackend('wasm');
    stock = await segment(await loadGraphModel(sharedGraph('selfie')), scaled());
  });
  afterAll(() => meter.uninstall());

  it.each([
    ['f16', 'mixed_float16'],
    ['packed-f16', 'mixed_float16'],
    ['bfloat16', 'mixed_bfloat16'],
  ] as const)('on %s the mask is that of float32, and pixels that nobody scaled are warned of', async (codec, policy) => {
    const handle = await registerWebGPU(codec === 'bfloat16' ? {} : { codec });
    try {
      await tf.setBackend(handle.backendName);
      const model = mixedPrecision(await loadGraphModel(sharedGraph('selfie')), policy);
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
      const mask = await segment(model, scaled());
      expect(overlap(mask, stock)).toBeGreaterThanOrEqual(0.99);
      expect(await segment(model, scaled())).toStrictEqual(mask);
      expect(warn).not.toHaveBeenCalled();
      mixedPrecision(model, policy); // looks at its inputs anew
      await segment(model, pixels);
      await vi.waitFor(() => expect(warn).toHaveBeenCalled());
      expect(warn.mock.calls.flat()).toEqual([
        expect.stringMatching(/input 'input_1' must be scaled .* got numbers from \d+ to 25\d, .* tf\.div\(image, 255\)/),
      ]);
      warn.mockRestore();
      const { kept } = await storeFrozenInHalf(model);
      expect(kept).toEqual([]);
      const { layers, bytesNow, bytesFloat32 } = summarizeModel(model);
      expect(bytesNow / bytesFloat32).toBeLessThanOrEqual(0.52);
      const x = tf.tensor(scaled(), [1, SIDE, SIDE, 3]);
      const { kernels } = explain(() => model.predict(x));
      const halves = kernels.filter(({ kernelName, storageIn }) => kernelName.includes('Conv') && storageIn[1] !== 'float32');
      const filters = layers.filter(({ className, storage }) => className.includes('Conv') && storage !== 'float32');
      expect(filters.length).toBeGreaterThan(20);
      expect(halves.length, 'every convolution takes its filter as it is stored').toBe(filters.length);
      expect(handle.refusedPrograms()).toEqual({});
      process.stderr.write(`[models] selfie on ${codec}: mask IoU ${overlap(mask, stock)}, weights ${bytesNow} of ${bytesFloat32} bytes\n`);
    } finally {
      handle.dispose();
    }
  });

  /** Bytes that the device holds at most from loading to the third frame, and what the fourth asks for. */
  const frames = async (load: () => Promise<GraphModel>): Promise<{ readonly peak: number; readonly steady: GpuReport }> => {
    meter.reset();
    const model = await load();
    for (let i = 0; i < 3; i++) {
      await segment(model, scaled());
      await new Promise((resolve) => setTimeout(resolve, 20)); // the look at the first input is over
    }
    const { bytesPeak, bytesLiveStart } = meter.report();
    const { report } = await meter.measure(() => segment(model, scaled()));
    model.dispose();
    return { peak: bytesPeak - bytesLiveStart, steady: report };
  };

  it('a steady frame uploads the image, reads the mask, and asks for nothing else', async () => {
    await import('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
    const before = await frames(() => loadGraphModel(sharedGraph('selfie')));
    const handle: WebGPUHandle = await registerWebGPU();
    try {
      await tf.setBackend(handle.backendName);
      const { peak, steady } = await frames(async () => mixedPrecision(await loadGraphModel(sharedGraph('selfie'))));
      expect(steady).toMatchObject({
        queueWrites: 1,
        queueWriteBytes: 4 * 3 * SIDE * SIDE,
        readbacks: 1,
        readbackBytes: 4 * SIDE * SIDE,
        buffersCreated: 0,
        mappedAtCreationBytes: 0,
        pipelines: 0,
      });
      // float32 activations (of resizes) that are rounded once for their convolutions; that none is a weight is shown above
      expect(steady.byPipeline['halftone copy']?.dispatches).toBeLessThanOrEqual(9);
      expect(peak / before.peak).toBeLessThanOrEqual(0.6);
      expect(steady.dispatches).toBeLessThan(before.steady.dispatches / 2);
      process.stderr.write(
        `[models] selfie, one frame: ${steady.dispatches} dispatches instead of ${before.steady.dispatches}, ${steady.storageBytesBound} bytes bound instead of ` +
          `${before.steady.storageBytesBound}, peak ${peak} instead of ${before.peak} bytes; ${Object.keys(steady.byPipeline).join(' ')}\n`,
      );
    } finally {
      handle.dispose();
    }
  });
});
