import type * as TensorFlow from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectBits, SIZE, wave } from './checks.ts';
import type { PluginSuiteOptions } from './options.ts';

/** Which storage each kind of op gives its result, by scope and policy. */
export function describeStorage({
  format,
  tf,
  autocast: { autocast, fullPrecision, setDefaultPolicy, storageOf },
}: PluginSuiteOptions): void {
  const mixed = `mixed_${format}`;
  const product = (): TensorFlow.Tensor => tf.matMul(tf.tensor2d(wave(SIZE, 7), [32, 16]), tf.tensor2d(wave(SIZE, 11), [16, 32]));
  const within = (policy: string, fn: () => TensorFlow.Tensor): string => tf.tidy(() => autocast(policy, () => storageOf(fn())));

  it('stores the product of a matmul in half inside a scope, and in float32 outside', () => {
    expect(within(mixed, product)).toBe(format);
    expect(tf.tidy(() => storageOf(product()))).toBe('float32');
  });

  it('keeps a denied op in float32 although its input is half', () => {
    expect(within(mixed, () => tf.exp(product()))).toBe('float32');
  });

  it('lets an elementwise op pass on the storage of its input', () => {
    expect(within(mixed, () => tf.relu(product()))).toBe(format);
    expect(within(mixed, () => tf.relu(tf.tensor1d(wave(SIZE, 3))))).toBe('float32');
  });

  it('promotes to float32 when one real input is float32, and follows the activation past a scalar', () => {
    expect(within(mixed, () => tf.add(product(), tf.tensor2d(wave(1024, 5), [32, 32])))).toBe('float32');
    expect(within(mixed, () => tf.mul(product(), 2))).toBe(format);
  });

  it('keeps tiny results in float32, but not when everything is forced into half', () => {
    const tiny = (): TensorFlow.Tensor => tf.matMul(tf.ones([4, 4]), tf.ones([4, 4]));
    expect(within(mixed, tiny)).toBe('float32');
    expect(within(format, tiny)).toBe(format);
  });

  it('lets a float32 scope inside a half one win', () => {
    expect(within(mixed, () => fullPrecision(product))).toBe('float32');
  });

  it('widens what leaves the outermost scope, as the policy says', () => {
    const result = tf.tidy(() => autocast(mixed, product));
    expect(storageOf(result)).toBe('float32');
    result.dispose();
  });

  it('obeys the default policy until it is undone', () => {
    const undo = setDefaultPolicy(mixed);
    expect(tf.tidy(() => storageOf(product()))).toBe(format);
    undo();
    expect(tf.tidy(() => storageOf(product()))).toBe('float32');
  });

  it('never narrows integers and booleans', async () => {
    const ints = tf.tidy(() =>
      autocast(format, () => tf.add(tf.tensor1d(new Int32Array(SIZE).fill(65_537), 'int32'), tf.scalar(1, 'int32'))),
    );
    expect(storageOf(ints)).toBe('float32');
    expectBits(await ints.data(), new Int32Array(SIZE).fill(65_538));
    ints.dispose();
  });

  it('computes the same bits under a float32 policy as under none', async () => {
    const [plain, scoped] = tf.tidy(() => [product(), autocast('float32', product)]) as [TensorFlow.Tensor, TensorFlow.Tensor];
    expectBits(await scoped.data(), await plain.data());
    tf.dispose([plain, scoped]);
  });
}
