import type * as TensorFlow from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { bitsToFloats, goldenCodec } from '../golden-codec.ts';
import { exactWave, expectBits, expectClose, roundedWith, SIZE, wave } from './checks.ts';
import type { PluginSuiteOptions } from './options.ts';

/** What numbers become when they are stored in half, against golden vectors. */
export function describeValues({ format, tf, autocast }: PluginSuiteOptions): void {
  const half = roundedWith(autocast, format);
  const stored = async (values: Float32Array): Promise<Float32Array> => {
    const tensor = tf.tidy(() => half(tf.tensor1d(values)));
    expect(autocast.storageOf(tensor)).toBe(format);
    expect(tensor.dtype).toBe('float32');
    const data = await tensor.data<'float32'>();
    tensor.dispose();
    return data;
  };

  it('rounds the golden float32 values as the reference does', async () => {
    const { inputs, rounded } = goldenCodec(format);
    const data = await stored(inputs);
    expect(Object.prototype.toString.call(data)).toBe('[object Float32Array]');
    expectBits(data, rounded);
  });

  it('gives back every code of the format unchanged', async () => {
    const every = bitsToFloats(
      Uint16Array.from({ length: 65_536 }, (_, code) => code),
      format,
    );
    expectBits(await stored(every), every);
  });

  it('overflows to infinity, keeps infinities, NaN and the sign of zero', async () => {
    const large = format === 'float16' ? 65_520 : 3.4e38;
    const special = Float32Array.of(large, -large, Infinity, -Infinity, NaN, 0, -0, 1);
    expectBits(await stored(special), Float32Array.of(Infinity, -Infinity, Infinity, -Infinity, NaN, 0, -0, 1));
  });

  it('widens without a change and computes in float32 on what it widened', async () => {
    const values = wave(SIZE, 13);
    const [narrow, wide, sum] = tf.tidy(() => {
      const a = half(tf.tensor1d(values));
      const b = autocast.toStorage(a, 'float32');
      return [a, b, tf.add(b, 2 ** -20)];
    }) as [TensorFlow.Tensor, TensorFlow.Tensor, TensorFlow.Tensor];
    expect(autocast.storageOf(wide)).toBe('float32');
    const rounded = await narrow.data<'float32'>();
    expectBits(await wide.data(), rounded);
    expectBits(
      await sum.data(),
      rounded.map((value) => Math.fround(value + 2 ** -20)),
    );
    tf.dispose([narrow, wide, sum]);
  });

  it('rounds the float32 result once when an op stores it in half', async () => {
    const [a, b] = [exactWave(1024, 7), exactWave(1024, 11)];
    const [narrow, wide] = tf.tidy(() => {
      const run = (): TensorFlow.Tensor => tf.matMul(tf.tensor2d(a, [32, 32]), tf.tensor2d(b, [32, 32]));
      const kept = autocast.autocast(`mixed_${format}`, () => tf.keep(run()));
      return [kept, half(autocast.fullPrecision(run))];
    }) as [TensorFlow.Tensor, TensorFlow.Tensor];
    const [mine, reference] = [await narrow.data<'float32'>(), await wide.data<'float32'>()];
    expectClose(mine, reference, format, 1);
    tf.dispose([narrow, wide]);
  });
}
