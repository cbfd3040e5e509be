import { expect, it } from 'vitest';
import { leakCheck } from '../leak-check.ts';
import { expectBits, roundedWith, SIZE, wave } from './checks.ts';
import { createNet } from './net.ts';
import type { PluginSuiteOptions } from './options.ts';

/** Sharing, disposal and leaks. */
export function describeHandles({ format, tf, autocast, reshape = 'shares' }: PluginSuiteOptions): void {
  const half = roundedWith(autocast, format);

  it(`${reshape === 'shares' ? 'shares data between' : 'keeps the storage of'} a half tensor, its clone and its reshapes, until the last is disposed`, async () => {
    const values = wave(SIZE, 17);
    const base = tf.tidy(() => half(tf.tensor1d(values)));
    const expected = (await base.data<'float32'>()).slice();
    const { numDataBuffers } = tf.memory();
    const [clone, square] = [base.clone(), tf.reshape(base, [16, SIZE / 16])];
    const own = reshape === 'shares' ? 0 : 1; // data of the reshape's own
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers + own);
    expect([autocast.storageOf(clone), autocast.storageOf(square)]).toEqual([format, format]);
    base.dispose();
    clone.dispose();
    expectBits(await square.data(), expected);
    square.dispose();
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers - 1);
  });

  it('makes no new data when the storage stays the same', () => {
    const base = tf.tidy(() => half(tf.tensor1d(wave(SIZE, 19))));
    const { numDataBuffers } = tf.memory();
    const same = half(base);
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    tf.dispose([base, same]);
  });

  it('leaves the input of a conversion as it was', async () => {
    const values = wave(SIZE, 23);
    const wide = tf.tensor1d(values);
    const narrow = half(wide);
    expect(autocast.storageOf(wide)).toBe('float32');
    narrow.dispose();
    expectBits(await wide.data(), values);
    wide.dispose();
  });

  it('refuses to tell the storage of a disposed tensor', () => {
    const gone = tf.ones([4]);
    gone.dispose();
    expect(() => autocast.storageOf(gone)).toThrow('disposed');
  });

  it('leaves nothing behind after a forward and a backward pass', async () => {
    const net = createNet(tf);
    const work = async (): Promise<void> => {
      const { value, grads } = autocast.autocast(`mixed_${format}`, () => tf.variableGrads(net.loss));
      await value.data();
      tf.dispose([value, ...Object.values(grads)]);
    };
    await work(); // pipelines and caches of a first run are no leak
    await leakCheck(tf, work);
    net.dispose();
  });
}
