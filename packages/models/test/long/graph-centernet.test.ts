import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { policy as policyNamed, withOps } from '@halftone/policy';
import { requireOrSkip } from '@halftone/testing';
import { registerWebGPU } from '@halftone/webgpu';
import { mixedPrecision, storeFrozenInHalf, summarizeModel } from '../../src/index.ts';
import { photograph, sharedGraph } from '../real-graphs.ts';

const [shared, vulkan] = [await requireOrSkip('shared'), await requireOrSkip('vulkan')];
const SIDE = 512;
const TOP = 10;

/** A box with its corners, score and class, as the model gives it. */
interface Detection {
  readonly box: readonly number[];
  readonly score: number;
  readonly kind: number;
}

function detections(values: Float32Array): readonly Detection[] {
  const all = Array.from({ length: values.length / 6 }, (_, i) => [...values.subarray(6 * i, 6 * i + 6)]);
  const read = all.map((row) => ({ box: row.slice(0, 4), score: row[4] as number, kind: row[5] as number }));
  return read.sort((a, b) => b.score - a.score).slice(0, TOP);
}

/** Intersection over union of two boxes {x, y, x, y}. */
function overlap(a: readonly number[], b: readonly number[]): number {
  const side = (from: number, to: number): number => Math.max(0, to - from);
  const [ax, ay, au, av] = a as [number, number, number, number];
  const [bx, by, bu, bv] = b as [number, number, number, number];
  const both = side(Math.max(ax, bx), Math.min(au, bu)) * side(Math.max(ay, by), Math.min(av, bv));
  return both / (side(ax, au) * side(ay, av) + side(bx, bu) * side(by, bv) - both);
}

describe.skipIf(!shared.available || !vulkan.available)('centernet, a detector of 80 classes on 512 x 512 pixels', () => {
  let pixels: Float32Array;
  let stock: readonly Detection[];
  const detect = async (model: Awaited<ReturnType<typeof loadGraphModel>>): Promise<readonly Detection[]> => {
    const x = tf.tensor(pixels, [1, SIDE, SIDE, 3]); // it takes 0..255
    return detections((await (model.execute(x, 'tower_0/detections') as tf.Tensor).data()) as Float32Array);
  };

  beforeAll(async () => {
    pixels = photograph('ai-body.jpg', SIDE);
    await tf.setBackend('wasm');
    stock = await detect(await loadGraphModel(sharedGraph('centernet')));
    expect(stock[0]).toMatchObject({ kind: 0, score: expect.closeTo(0.75, 1) }); // a person
  });

  it.each([
    ['f16', 'mixed_float16', 0.98],
    ['packed-f16', 'mixed_float16', 0.98],
    // with eight bits of mantissa the sums between convolutions take part in the errors: by themselves 0.947
    ['bfloat16', withOps(policyNamed('mixed_bfloat16'), { deny: ['Add', 'Multiply', 'Relu6'] }), 0.95],
  ] as const)('on %s the ten best have the classes and the boxes of float32', async (codec, policy, least) => {
    const handle = await registerWebGPU(codec === 'bfloat16' ? {} : { codec });
    try {
      await tf.setBackend(handle.backendName);
      const model = mixedPrecision(await loadGraphModel(sharedGraph('centernet')), policy);
      const found = [...(await detect(model))];
      expect(found.map(({ kind }) => kind).sort()).toEqual(stock.map(({ kind }) => kind).sort());
      const matches = stock.map(({ box, kind }) => {
        // scores that half numbers cannot tell apart may change places
        const [best] = found.filter((one) => one.kind === kind).sort((a, b) => overlap(box, b.box) - overlap(box, a.box));
        if (best !== undefined) found.splice(found.indexOf(best), 1);
        return best === undefined ? 0 : overlap(box, best.box);
      });
      for (const match of matches) expect(match).toBeGreaterThanOrEqual(least);
      expect((await storeFrozenInHalf(model)).kept).toEqual([]);
      const { bytesNow, bytesFloat32 } = summarizeModel(model);
      expect(bytesNow / bytesFloat32).toBeLessThanOrEqual(0.52);
      process.stderr.write(
        `[models] centernet on ${codec}: lowest IoU of ten ${Math.min(...matches)}, weights ${bytesNow} of ${bytesFloat32} bytes\n`,
      );
    } finally {
      handle.dispose();
    }
  });
});
