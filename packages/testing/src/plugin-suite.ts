import type * as TensorFlow from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareBits, compareClose } from './compare.ts';
import { bitsToFloats, goldenCodec } from './golden-codec.ts';
import { leakCheck } from './leak-check.ts';

/** What the suite needs of `@halftone/autocast`; this package does not depend on it. */
export interface AutocastModule {
  autocast<T>(policy: string, fn: () => T): T;
  fullPrecision<T>(fn: () => T): T;
  setDefaultPolicy(policy: string): () => void;
  storageOf(tensor: TensorFlow.Tensor): string;
  toStorage<T extends TensorFlow.Tensor>(tensor: T, storage: 'float32' | 'float16' | 'bfloat16'): T;
  pluginFor(backendName: string): { readonly formats: readonly string[] } | undefined;
}

/** What a plug-in hands in to be tested. */
export interface PluginSuiteOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Registers the plug-in; it is registered again after `dispose()`. */
  readonly register: () => Promise<{ readonly backendName: string; dispose(): void }>;
  readonly format: 'float16' | 'bfloat16';
  /** The copy of TensorFlow.js that the plug-in uses, with its gradients registered (import `@tensorflow/tfjs-layers` or `@tensorflow/tfjs`). */
  readonly tf: typeof TensorFlow;
  readonly autocast: AutocastModule;
  /** Whether `dataSync()` reads what the device computed (default) or throws and names `data()`. */
  readonly dataSync?: 'reads' | 'throws';
  /** A backend to move tensors to, `cpu` unless set; it has to be registered. */
  readonly otherBackend?: string;
}

const SIZE = 512; // above what stays float32 because it is tiny

/**
 * Declares the tests that every plug-in has to pass, in vitest, for one format.
 *
 * @example
 * // describePlugin({ name: 'emulate on cpu', register: () => registerEmulated({ base: 'cpu' }), format: 'float16', tf, autocast });
 */
export function describePlugin(options: PluginSuiteOptions): void {
  const { name, register, format, tf, autocast } = options;
  describe(`${name} in ${format}`, () => {
    let plugin: Awaited<ReturnType<PluginSuiteOptions['register']>>;
    beforeAll(async () => {
      plugin = await register();
      await tf.setBackend(plugin.backendName);
    });
    afterAll(() => plugin?.dispose());

    describeStorage(options);
    describeValues(options);
    describeHandles(options);
    describeTraining(options);
    describeReads(options, () => plugin.backendName);

    it('is gone after dispose and comes back when registered again', async () => {
      const { backendName } = plugin;
      plugin.dispose();
      expect(autocast.pluginFor(backendName)).toBeUndefined();
      expect(tf.findBackendFactory(backendName) ?? null).toBeNull();
      plugin = await register();
      await tf.setBackend(plugin.backendName);
      expect(autocast.pluginFor(backendName)?.formats).toContain(format);
    });
  });
}

/** A fixed, uneven sequence in [-1, 1). */
function wave(length: number, step: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * step) % 197) / 98.5 - 1);
}

const roundedWith = (autocast: AutocastModule, format: 'float16' | 'bfloat16') => (tensor: TensorFlow.Tensor): TensorFlow.Tensor => autocast.toStorage(tensor, format);

function describeStorage({ format, tf, autocast: { autocast, fullPrecision, setDefaultPolicy, storageOf } }: PluginSuiteOptions): void {
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
    const ints = tf.tidy(() => autocast(format, () => tf.add(tf.tensor1d(new Int32Array(SIZE).fill(65_537), 'int32'), tf.scalar(1, 'int32'))));
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

function describeValues({ format, tf, autocast }: PluginSuiteOptions): void {
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
    const every = bitsToFloats(Uint16Array.from({ length: 65_536 }, (_, code) => code), format);
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
    expectBits(await sum.data(), rounded.map((value) => Math.fround(value + 2 ** -20)));
    tf.dispose([narrow, wide, sum]);
  });

  it('rounds the float32 result once when an op stores it in half', async () => {
    const [a, b] = [wave(1024, 7), wave(1024, 11)];
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

function describeHandles({ format, tf, autocast }: PluginSuiteOptions): void {
  const half = roundedWith(autocast, format);

  it('shares data between a half tensor, its clone and its reshapes, until the last is disposed', async () => {
    const values = wave(SIZE, 17);
    const base = tf.tidy(() => half(tf.tensor1d(values)));
    const expected = (await base.data<'float32'>()).slice();
    const { numDataBuffers } = tf.memory();
    const [clone, square] = [base.clone(), tf.reshape(base, [16, SIZE / 16])];
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
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

function describeTraining({ format, tf, autocast }: PluginSuiteOptions): void {
  it('keeps variables in float32 where they are used in half', async () => {
    const net = createNet(tf);
    const before = await Promise.all(net.variables.map((variable) => variable.data()));
    const grads = autocast.autocast(`mixed_${format}`, () => tf.variableGrads(net.loss));
    for (const [i, variable] of net.variables.entries()) {
      expect(autocast.storageOf(variable)).toBe('float32');
      expectBits(await variable.data(), before[i] as Float32Array);
    }
    tf.dispose([grads.value, ...Object.values(grads.grads)]);
    net.dispose();
  });

  it('gives gradients of a small net that are close in the format, of the right shape, and not those of float32', async () => {
    const net = createNet(tf);
    const mixed = autocast.autocast(`mixed_${format}`, () => tf.variableGrads(net.loss));
    const exact = autocast.fullPrecision(() => tf.variableGrads(net.loss));
    expectClose(await mixed.value.data(), await exact.value.data(), format, 64);
    let differing = 0;
    for (const variable of net.variables) {
      const [mine, reference] = [mixed.grads[variable.name], exact.grads[variable.name]] as [TensorFlow.Tensor, TensorFlow.Tensor];
      expect([mine.shape, mine.dtype]).toEqual([variable.shape, 'float32']);
      const [values, expected] = [await mine.data(), await reference.data()];
      expectClose(values, expected, format, 64);
      if (!compareBits(values, expected).pass) differing++;
    }
    expect(differing).toBeGreaterThan(0);
    tf.dispose([mixed.value, exact.value, ...Object.values(mixed.grads), ...Object.values(exact.grads)]);
    net.dispose();
  });

  it('runs the backward pass under the policy of the forward pass, wherever it is called', async () => {
    const x = tf.tensor2d(wave(SIZE, 29), [32, 16]);
    const w = tf.tensor2d(wave(SIZE, 31), [16, 32]);
    const inside = tf.grad((input: TensorFlow.Tensor) => autocast.autocast(`mixed_${format}`, () => tf.matMul(input, w)));
    const dy = tf.tensor2d(wave(1024, 37), [32, 32]);
    const [mine, exact] = [inside(x, dy), tf.grad((input: TensorFlow.Tensor) => tf.matMul(input, w))(x, dy)];
    expectClose(await mine.data(), await exact.data(), format, 32);
    expect(compareBits(await mine.data(), await exact.data()).pass).toBe(false);
    tf.dispose([x, w, dy, mine, exact]);
  });
}

function describeReads({ format, tf, autocast, dataSync = 'reads', otherBackend = 'cpu' }: PluginSuiteOptions, backendName: () => string): void {
  const made = (): TensorFlow.Tensor => tf.tidy(() => tf.add(roundedWith(autocast, format)(tf.tensor1d(wave(4096, 41))), 1));

  it(dataSync === 'reads' ? 'reads the same synchronously and asynchronously' : 'refuses a synchronous read of what only the device has, naming data()', async () => {
    const tensor = made();
    if (dataSync === 'reads') expectBits(tensor.dataSync(), await tensor.data());
    else expect(() => tensor.dataSync()).toThrow(/^\[[a-z]+\] .*data\(\)/);
    tensor.dispose();
  });

  it('moves a half tensor to another backend with its values, or says what to do instead', async () => {
    const tensor = roundedWith(autocast, format)(made());
    const expected = (await tensor.data<'float32'>()).slice();
    const fresh = tf.tidy(() => roundedWith(autocast, format)(made())); // never read, so only the device has it
    await tf.setBackend(otherBackend);
    try {
      for (const input of [tensor, fresh]) {
        const outcome = await attempt(() => tf.add(input, 0));
        if (outcome instanceof Error) expect(outcome.message).toMatch(/^\[[a-z]+\] .*data\(\)/);
        else {
          expectBits(await outcome.data(), expected);
          outcome.dispose();
        }
      }
    } finally {
      await tf.setBackend(backendName());
    }
    tf.dispose([tensor, fresh]);
  });
}

async function attempt(work: () => TensorFlow.Tensor): Promise<TensorFlow.Tensor | Error> {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Two dense layers and a mean squared error, 32 examples of 16 values. */
function createNet(tf: typeof TensorFlow): { readonly variables: readonly TensorFlow.Variable[]; readonly loss: () => TensorFlow.Scalar; dispose(): void } {
  const x = tf.tensor2d(wave(SIZE, 43), [32, 16]);
  const y = tf.tensor2d(wave(SIZE, 47), [32, 16]);
  const w1 = tf.tidy(() => tf.variable(tf.tensor2d(wave(SIZE, 53), [16, 32])));
  const w2 = tf.tidy(() => tf.variable(tf.tensor2d(wave(SIZE, 59), [32, 16])));
  return {
    variables: [w1, w2],
    loss: () => tf.tidy(() => tf.mean(tf.square(tf.sub(tf.matMul(tf.relu(tf.matMul(x, w1)), w2), y))) as TensorFlow.Scalar),
    dispose: () => tf.dispose([x, y, w1, w2]),
  };
}

function expectBits(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const { pass, message } = compareBits(actual, expected);
  expect(pass, message()).toBe(true);
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, format: 'float16' | 'bfloat16', terms: number): void {
  const { pass, message } = compareClose(actual, expected, format, { terms });
  expect(pass, message()).toBe(true);
}
