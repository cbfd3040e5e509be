import type { GraphModel } from '@tensorflow/tfjs-converter';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { autocast, currentPolicy, explain, storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { round } from '@halftone/float16';
import '@halftone/testing/matchers';
import {
  loadHalfGraphModel,
  mixedPrecision,
  policyOf,
  removeMixedPrecision,
  setLayerPolicy,
  storeFrozenInHalf,
  summarizeModel,
  summary,
} from '../../src/index.ts';
import { constant, frozenGraph, graphFile, loopGraphV1, loopGraphV2, node, placeholder, product, weight } from '../graph-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => vi.restoreAllMocks());

const rows = (): tf.Tensor => tf.reshape(tf.sin(tf.range(0, 32 * 16)), [32, 16]);
const run = async (model: GraphModel, x: tf.Tensor = rows()): Promise<Float32Array> =>
  (await ((await model.executeAsync(x)) as tf.Tensor).data()) as Float32Array;
const loops = [
  ['Switch and Merge', loopGraphV1],
  ['While and If', loopGraphV2],
] as const;
const quiet = (): void => void vi.spyOn(console, 'warn').mockImplementation(() => undefined);
const kernelsOf = (model: GraphModel, call = (x: tf.Tensor): unknown => model.predict(x)): (string | undefined)[][] => {
  const x = rows();
  return explain(() => call(x)).kernels.map(({ kernelName, storageOut }) => [kernelName, ...storageOut]);
};
const storages = (model: GraphModel): Record<string, string> =>
  Object.fromEntries(Object.entries(model.weights).map(([name, [tensor]]) => [name, storageOf(tensor as tf.Tensor)]));
const idle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('what runs under the policy', () => {
  it('gives back the very model, which knows its policy', async () => {
    const model = await frozenGraph();
    expect(policyOf(model)).toBeNull();
    expect(mixedPrecision(model)).toBe(model);
    expect(policyOf(model)?.name).toBe('mixed_float16');
  });

  it.each([
    ['predict', (model: GraphModel, x: tf.Tensor) => model.predict(x)],
    ['predict of an array', (model: GraphModel, x: tf.Tensor) => model.predict([x])],
    ['execute', (model: GraphModel, x: tf.Tensor) => model.execute({ x }, 'y')],
  ] as const)('%s computes in half and returns float32', async (_, call) => {
    const model = mixedPrecision(await frozenGraph(), 'mixed_float16', { checkRange: false });
    const result = call(model, rows()) as tf.Tensor;
    expect(kernelsOf(model, (x) => call(model, x))).toEqual([
      ['BatchMatMul', 'float16'],
      ['Add', 'float16'], // the bias is float32 and follows
      ['Relu', 'float16'],
      ['BatchMatMul', 'float16'],
    ]);
    expect(storageOf(result)).toBe('float32');
    expect(currentPolicy()).toBeNull();
    const plain = (await frozenGraph()).predict(rows()) as tf.Tensor;
    expect(result.dataSync()).toBeCloseInFormat(plain.dataSync(), 'float16', { terms: 64, scale: 2 });
    expect(result.dataSync()).not.toStrictEqual(plain.dataSync());
  });

  it.each(loops)('a loop of %s runs in half op by op', async (_, draw) => {
    const model = mixedPrecision(await draw());
    const square = model.weights['square']?.[0] as tf.Tensor;
    expect(storageOf(square)).toBe('float16');
    const step = (x: tf.Tensor): tf.Tensor => tf.tanh(tf.matMul(x, square));
    const unrolled = autocast('mixed_float16', () => step(step(step(rows())))).dataSync();
    expect(unrolled).toBeBitEqual(round(unrolled, 'float16'));
    const expected = draw === loopGraphV2 ? unrolled.map((value) => -value) : unrolled;
    for (const call of ['executeAsync', 'predictAsync'] as const) {
      const result = (await model[call](rows())) as tf.Tensor;
      expect(storageOf(result)).toBe('float32');
      expect(result.dataSync()).toBeBitEqual(expected);
    }
  });

  it('an intermediate op that is asked for comes out float32', async () => {
    const model = mixedPrecision(await frozenGraph());
    const [relu, y] = model.execute(rows(), ['relu', 'y']) as tf.Tensor[];
    for (const tensor of [relu, y]) expect(storageOf(tensor as tf.Tensor)).toBe('float32');
    expect(relu?.dataSync()).toBeBitEqual(round(relu?.dataSync() as Float32Array, 'float16'));
  });
});

describe('across awaits', () => {
  it.each(loops)('a run of %s leaves nothing in force between its ops', async (_, draw) => {
    const model = mixedPrecision(await draw());
    let running = true;
    const seen: unknown[] = [];
    const watch = (async () => {
      while (running) {
        seen.push(currentPolicy());
        await Promise.resolve();
      }
    })();
    await run(model);
    running = false;
    await watch;
    expect(seen.length).toBeGreaterThan(10);
    expect(new Set(seen)).toEqual(new Set([null]));
  });

  it.each(loops)('%s: models of two policies and one without run at once, each as if alone', async (_, draw) => {
    const models = [mixedPrecision(await draw()), mixedPrecision(await draw(), 'mixed_bfloat16'), await draw()];
    const alone: Float32Array[] = [];
    for (const model of models) alone.push(await run(model));
    const together = await Promise.all([...models, ...models].map((model) => run(model)));
    for (const [i, values] of together.entries()) expect(values).toBeBitEqual(alone[i % 3] as Float32Array);
    expect(alone[0]).not.toStrictEqual(alone[1]);
    expect(alone[0]).not.toStrictEqual(alone[2]);
  });

  it('a scope that is open where a run begins does not reach into it, nor the run out of it', async () => {
    const model = mixedPrecision(await loopGraphV2());
    const expected = await run(model);
    let going: Promise<Float32Array> | undefined;
    autocast('mixed_bfloat16', () => {
      going = run(model);
      expect(currentPolicy()?.name).toBe('mixed_bfloat16');
    });
    expect((await going) as Float32Array).toBeBitEqual(expected);
  });

  it('an error in the middle of a run leaves nothing in force, and the model goes on', async () => {
    const model = mixedPrecision(await loopGraphV2());
    const expected = await run(model);
    await expect(model.executeAsync(tf.ones([32, 8]))).rejects.toThrow();
    expect(currentPolicy()).toBeNull();
    expect(await run(model)).toBeBitEqual(expected);
  });

  it('loses no tensor in any call', async () => {
    for (const draw of [frozenGraph, ...loops.map(([, each]) => each)]) {
      quiet();
      const model = mixedPrecision(await draw());
      const x = rows();
      const use = async (): Promise<void> => {
        tf.dispose(await model.executeAsync(x));
        if (draw === frozenGraph) tf.dispose(model.predict(x));
        await idle();
      };
      await use();
      const { numTensors } = tf.memory();
      await use();
      expect(tf.memory().numTensors).toBe(numTensors);
    }
  });
});

describe('weights', () => {
  it('lie in half at once, and small ones stay', async () => {
    const model = mixedPrecision(await frozenGraph());
    expect(storages(model)).toEqual({ kernel: 'float16', bias: 'float32', head: 'float16' });
    expect(model.weights['kernel']?.[0]?.dataSync()).toBeBitEqual(
      round((await frozenGraph()).weights['kernel']?.[0]?.dataSync() as Float32Array, 'float16'),
    );
  });

  it('stay float32 where the options say so, and compute in half all the same', async () => {
    const [half, wide] = [
      mixedPrecision(await frozenGraph()),
      mixedPrecision(await frozenGraph(), 'mixed_float16', { halfWeights: false }),
    ];
    expect(new Set(Object.values(storages(wide)))).toEqual(new Set(['float32']));
    expect(
      kernelsOf(wide)
        .slice(0, 4)
        .map(([, storage]) => storage),
    ).toEqual(Array(4).fill('float16'));
    mixedPrecision(half, 'mixed_float16', { halfWeights: false });
    expect(storages(half)).toEqual(storages(wide));
  });

  it('of a model that has run are read first; executeAsync and storeFrozenInHalf wait for it, execute does not', async () => {
    quiet();
    const model = await frozenGraph();
    model.predict(rows());
    mixedPrecision(model);
    expect(storages(model)['kernel']).toBe('float32');
    expect(storageOf(model.predict(rows()) as tf.Tensor)).toBe('float32');
    await model.executeAsync(rows());
    expect(storages(model)['kernel']).toBe('float16');
    expect((await storeFrozenInHalf(model)).half).toEqual([
      { weight: 'kernel', format: 'float16' },
      { weight: 'head', format: 'float16' },
    ]);
  });

  it('are left in place under a run that is on its way', async () => {
    const model = await loopGraphV2();
    await run(model);
    const plain = run(model); // flies without us
    mixedPrecision(model);
    const first = run(model);
    const second = run(model);
    removeMixedPrecision(model);
    for (const values of await Promise.all([plain, first, second])) expect(values.every(Number.isFinite)).toBe(true);
    await idle();
    expect(storages(model)['square']).toBe('float32');
  });

  it('of quantized files move too: uint8 and float16', async () => {
    const file = graphFile([placeholder('x', [-1, 16]), constant('a'), constant('b'), product('h', 'x', 'a'), product('y', 'h', 'b')], []);
    const bytes = new Uint8Array(256 + 512);
    for (let i = 0; i < 256; i++) [bytes[i], bytes[256 + 2 * i], bytes[257 + 2 * i]] = [i, i, 0x38]; // 0.5 and more
    const quantized = await loadGraphModel({
      load: async () => ({
        ...(await (file.load as () => Promise<tf.io.ModelArtifacts>)()),
        weightData: bytes.buffer,
        weightSpecs: [
          { name: 'a', shape: [16, 16], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1 / 256, min: -0.5 } },
          { name: 'b', shape: [16, 16], dtype: 'float32', quantization: { dtype: 'float16' } },
        ],
      }),
    });
    const plain = quantized.predict(rows()) as tf.Tensor;
    const before = Object.values(quantized.weights).map(([tensor]) => tensor?.dataSync() as Float32Array);
    mixedPrecision(quantized);
    await storeFrozenInHalf(quantized);
    expect(storages(quantized)).toEqual({ a: 'float16', b: 'float16' });
    Object.values(quantized.weights).forEach(([tensor], i) =>
      expect(tensor?.dataSync()).toBeBitEqual(round(before[i] as Float32Array, 'float16')),
    );
    expect((quantized.predict(rows()) as tf.Tensor).dataSync()).toBeCloseInFormat(plain.dataSync(), 'float16', { terms: 256, scale: 8 });
  });

  it('that a file brought in half stay half, also when mixed precision is taken off', async () => {
    const file = graphFile([placeholder('x', [-1, 16]), constant('w'), product('y', 'x', 'w')], [weight('w', [16, 16], Math.sin)]);
    const model = await loadHalfGraphModel(file, { storage: 'float16', allow: { underflow: true } });
    const own = model.weights['w']?.[0];
    removeMixedPrecision(mixedPrecision(model));
    expect(model.weights['w']?.[0]).toBe(own);
    expect(storageOf(own as tf.Tensor)).toBe('float16');
    expect((await storeFrozenInHalf(mixedPrecision(model))).half).toEqual([{ weight: 'w', format: 'float16' }]);
  });

  it('of a streamed file in float32 come back as the numbers that they had in half', async () => {
    const file = graphFile([placeholder('x', [-1, 16]), constant('w'), product('y', 'x', 'w')], [weight('w', [16, 16], Math.sin)]);
    const model = mixedPrecision(await loadHalfGraphModel(file));
    expect(storages(model)).toEqual({ w: 'float16' });
    const halves = model.weights['w']?.[0]?.dataSync() as Float32Array;
    removeMixedPrecision(model);
    expect(storages(model)).toEqual({ w: 'float32' });
    expect(model.weights['w']?.[0]?.dataSync()).toBeBitEqual(halves);
  });
});

describe('constants that do not fit', () => {
  const cases = [
    ['mask', [16, 16], (i: number) => (i % 2 === 0 ? 0 : -1e9), 'it reaches 1000000000, beyond the 65504 of float16'],
    ['infinities', [16, 16], (i: number) => (i % 2 === 0 ? 0 : -Infinity), 'it holds infinities'],
    ['nan', [256], () => NaN, 'it holds NaN'],
    ['epsilon', [256], () => 1e-12, 'it would be zero in float16, its largest magnitude is'],
    ['scalar_mask', [], () => -1e9, 'it reaches 1000000000'],
    ['scalar_epsilon', [], () => 1e-12, 'it would be zero in float16'],
    ['subnormal', [256], (i: number) => (i + 1) * 1e-7, 'it is below the smallest normal number of float16'],
    ['some_vanish', [256], (i: number) => (i === 3 ? 1e-9 : 1), '1 of its numbers would become zero in float16'],
    ['indices', [4096], (i: number) => i, 'it holds whole numbers that float16 would round'],
  ] as const;

  it('stay float32, and are named by the report and the summary', async () => {
    const model = mixedPrecision(await frozenGraph(cases.map(([name, shape, value]) => weight(name, shape, value))));
    const { kept } = await storeFrozenInHalf(model);
    expect(kept.map((each) => each.weight)).toEqual(cases.map(([name]) => name));
    kept.forEach(({ why }, i) => expect(why).toContain(cases[i]?.[3]));
    for (const [name, shape, value] of cases)
      expect(model.weights[name]?.[0]?.dataSync()).toBeBitEqual(weight(name, shape, value).values as Float32Array);
    const reasons = summarizeModel(model).layers.flatMap(({ float32 }) => float32);
    expect(reasons).toContain('mask stays float32, and so does what it meets: it reaches 1000000000, beyond the 65504 of float16');
    expect(reasons).toContain('indices stays float32: it holds whole numbers that float16 would round');
  });

  it('fit bfloat16, which has the range', async () => {
    const model = mixedPrecision(
      await frozenGraph([weight('mask', [16, 16], () => -1e9), weight('epsilon', [256], () => 1e-12)]),
      'mixed_bfloat16',
    );
    expect(storages(model)).toMatchObject({ mask: 'bfloat16', epsilon: 'bfloat16' });
  });

  it.each([-1e9, 1e-12])('%d keeps the sum float32, of any size and in every frame', async (value) => {
    for (const shape of [[], [16], [32, 16]]) {
      const draw = (): Promise<GraphModel> =>
        loadGraphModel(
          graphFile(
            [
              placeholder('x', [32, 16]),
              constant('w'),
              constant('c'),
              product('p', 'x', 'w'),
              node('sum', 'AddV2', ['p', 'c']),
              node('y', 'Neg', ['sum']),
            ],
            [weight('w', [16, 16], Math.sin), weight('c', shape, () => value)],
          ),
        );
      const model = mixedPrecision(await draw(), 'mixed_float16', { checkRange: false });
      for (let frame = 0; frame < 3; frame++) {
        expect(kernelsOf(model).map(([, storage]) => storage)).toEqual(['float16', 'float32', 'float32']);
      }
    }
  });

  it('a filter with numbers that vanish moves: they are below what its sums can show', async () => {
    const nodes = [placeholder('x', [-1, 16]), constant('w'), node('read', 'Identity', ['w']), product('y', 'x', 'read')];
    const model = mixedPrecision(await loadGraphModel(graphFile(nodes, [weight('w', [16, 16], (i) => (i === 7 ? 1e-9 : Math.sin(i)))])));
    expect(storages(model)).toEqual({ w: 'float16' });
  });
});

describe('taken off again', () => {
  it.each([frozenGraph, loopGraphV1, loopGraphV2])('the model is as it was: methods, executors, numbers', async (draw) => {
    quiet();
    const expected = await run(await draw());
    const model = await draw();
    const before = [Object.getOwnPropertyNames(model), Object.getOwnPropertyNames(Reflect.get(model, 'executor'))];
    const weights = Object.values(model.weights).map(([tensor]) => tensor?.dataSync());
    await run(mixedPrecision(model));
    expect(removeMixedPrecision(model)).toBe(model);
    expect(policyOf(model)).toBeNull();
    const after = [Object.getOwnPropertyNames(model), Object.getOwnPropertyNames(Reflect.get(model, 'executor'))];
    expect(after.map((names) => names.filter((name) => !/resourceId|clonedTensors|_weight/.test(name)))).toEqual(
      before.map((names) => names.filter((name) => !/resourceId|clonedTensors|_weight/.test(name))),
    );
    Object.values(model.weights).forEach(([tensor], i) => {
      expect(storageOf(tensor as tf.Tensor)).toBe('float32');
      expect(tensor?.dataSync()).toEqual(weights[i]);
    });
    expect(await run(model)).toBeBitEqual(expected);
  });

  it('constants widen again what they meet in a scope of the user’s own', async () => {
    const model = removeMixedPrecision(mixedPrecision(await frozenGraph()));
    const kernels = kernelsOf(model, (x) => autocast('mixed_float16', () => model.predict(x)));
    expect(kernels.map(([, storage]) => storage)).toEqual(['float16', 'float32', 'float32', 'float16']);
  });

  it('float32 is the stock model, bit for bit', async () => {
    const [plain, wrapped] = [await frozenGraph(), mixedPrecision(await frozenGraph(), 'float32')];
    expect((wrapped.predict(rows()) as tf.Tensor).dataSync()).toBeBitEqual((plain.predict(rows()) as tf.Tensor).dataSync());
  });

  it('called again, it changes the policy and the halves', async () => {
    const model = mixedPrecision(await frozenGraph());
    mixedPrecision(model, 'mixed_bfloat16');
    expect(storages(model)).toMatchObject({ kernel: 'bfloat16' });
    expect(model.weights['kernel']?.[0]?.dataSync()).toBeBitEqual(
      round((await frozenGraph()).weights['kernel']?.[0]?.dataSync() as Float32Array, 'bfloat16'), // from the file, not from float16
    );
    mixedPrecision(model, 'float32');
    expect(new Set(Object.values(storages(model)))).toEqual(new Set(['float32']));
  });

  it('disposes everything with the model', async () => {
    const { numTensors } = tf.memory();
    const model = mixedPrecision(await frozenGraph());
    tf.tidy(() => void model.predict(rows()));
    await idle();
    model.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(policyOf(model)).toBeNull();
  });
});

describe('the summary', () => {
  it('has a row for each op with weights, in bytes before and now', async () => {
    const lines: string[] = [];
    summary(mixedPrecision(await frozenGraph()), (line) => lines.push(line));
    expect(lines.slice(2, -1).map((line) => line.split(/ {2,}/))).toEqual([
      ['product (MatMul)', 'mixed_float16', 'float16', '1,024', '4,096', '2,048'],
      ['sum (AddV2)', 'mixed_float16', 'float32', '64', '256', '256', 'weights of fewer than 256 numbers are float32'],
      ['y (MatMul)', 'mixed_float16', 'float16', '1,024', '4,096', '2,048'],
    ]);
    expect(lines.at(-1)).toBe('2,112 parameters, 0 of them trained; 8,448 bytes in float32, 4,352 now (52 %); no loss scaling');
  });

  it('says why where nothing is in half', async () => {
    const model = await frozenGraph();
    expect(summarizeModel(model)).toMatchObject({ policy: null, layers: [{ float32: ['the model is not in mixed precision'] }, {}, {}] });
    mixedPrecision(model, 'float32');
    expect(summarizeModel(model).layers[0]?.float32).toEqual(["the model's policy is float32"]);
    mixedPrecision(model, 'mixed_float16', { halfWeights: false });
    expect(summarizeModel(model).layers[0]?.float32).toEqual(['weights stay float32, as the options say']);
  });
});

describe('the range of inputs', () => {
  const image = (high: number): tf.Tensor => tf.reshape(tf.mod(tf.range(0, 8 * 8 * 3), high + 1), [1, 8, 8, 3]);
  /** A convolution that amplifies its input up to `gain` times, after a padding. */
  const camera = (gain: number, more: { readonly scaled?: boolean } = {}): Promise<GraphModel> =>
    loadGraphModel(
      graphFile(
        [
          placeholder('image', [1, 8, 8, 3]),
          ...['filter', 'scale'].map(constant),
          node('paddings', 'Const', [], { dtype: { type: 'DT_INT32' } }),
          node('scaled', 'Mul', ['image', 'scale']),
          node('pad', 'Pad', [more.scaled === true ? 'scaled' : 'image', 'paddings']),
          node('first', 'Conv2D', ['pad', 'filter'], {
            strides: { list: { i: ['1', '1', '1', '1'] } },
            dilations: { list: { i: ['1', '1', '1', '1'] } },
            padding: { s: btoa('VALID') },
            data_format: { s: btoa('NHWC') },
          }),
          node('y', 'Sigmoid', ['first']),
        ],
        [
          weight('filter', [3, 3, 3, 16], (i) => ((i % 2 === 0 ? 1 : -1) * gain) / 27),
          weight('scale', [], () => 1 / 255),
          { name: 'paddings', shape: [4, 2], values: [0, 0, 1, 1, 1, 1, 0, 0], dtype: 'int32' },
        ],
      ),
    );
  const warnings = async (model: GraphModel, inputs: readonly tf.Tensor[]): Promise<readonly string[]> => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    for (const input of inputs) {
      model.predict(input);
      await idle();
      await idle();
    }
    return warn.mock.calls.map(([text]) => String(text)).filter((text) => text.startsWith('[models]'));
  };

  it.each(['mixed_float16', 'mixed_bfloat16'])(
    'pixels that nobody scaled are warned of, once, with what to do, under %s',
    async (policy) => {
      const told = await warnings(mixedPrecision(await camera(170), policy), [image(255), image(255)]);
      expect(told).toEqual([
        "[models] the input 'image' must be scaled to what the model was made for, got numbers from 0 to 191, which lets its first layer ('first') reach 32000. " +
          'Pixels usually go in as tf.div(image, 255). Pass checkRange: false to mixedPrecision() if it is meant so.',
      ]);
    },
  );

  it.each([
    ['pixels that were scaled', () => camera(170), () => tf.div(image(255), 255)],
    ['pixels for a model that takes them', () => camera(0.2), () => image(255)],
    ['pixels for a model that scales them', () => camera(170, { scaled: true }), () => image(255)],
  ] as const)('%s are nothing to tell of', async (_, draw, input) => {
    expect(await warnings(mixedPrecision(await draw()), [input()])).toEqual([]);
  });

  it('a warm-up with zeros does not count, and after the first image nothing more is read', async () => {
    const model = mixedPrecision(await camera(170));
    expect(await warnings(model, [tf.zeros([1, 8, 8, 3]), image(255)])).toHaveLength(1);
    mixedPrecision(model); // looks anew
    expect(await warnings(model, [tf.div(image(255), 255), image(255)])).toHaveLength(1); // that of before
    const x = image(1);
    const { numTensors } = tf.memory();
    const data = vi.spyOn(tf.Tensor.prototype, 'data');
    tf.dispose(model.predict(x));
    expect(data).not.toHaveBeenCalled();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('is not looked at where the options say so, nor under float32', async () => {
    expect(await warnings(mixedPrecision(await camera(170), 'mixed_float16', { checkRange: false }), [image(255)])).toEqual([]);
    expect(await warnings(mixedPrecision(await camera(170), 'float32'), [image(255)])).toEqual([]);
  });

  it.each([
    ['beyond the format', () => tf.mul(image(255), 1e4), /'image' does not fit float16, got numbers from 0 to 1910000/],
    ['not finite', () => tf.div(image(255), 0), /'image' must be finite, got infinities or NaN. Look at what makes it/],
  ] as const)('an input %s is named', async (_, input, text) => {
    const [told] = await warnings(mixedPrecision(await camera(1)), [input()]);
    expect(told).toMatch(text);
  });

  it('an output that is not finite is named, with the way out', async () => {
    const nodes = [placeholder('x', [-1, 16]), constant('w'), product('h', 'x', 'w'), product('y', 'h', 'w')];
    const model = await loadGraphModel(graphFile(nodes, [weight('w', [16, 16], () => 1e3)]));
    const [told] = await warnings(mixedPrecision(model), [tf.add(rows(), 1)]);
    expect(told).toMatch(/the output 'y' must be finite, got infinities or NaN under 'mixed_float16'.*float16 ends at 65504/);
  });
});

describe('what cannot be wrapped', () => {
  it('a model that is not loaded', () => {
    const model = { predict: () => undefined, executeAsync: () => undefined };
    expect(() => mixedPrecision(model as never)).toThrow('Await model.load() first');
  });

  it('a tfjs-converter without what we use is named by what it lacks', async () => {
    const model = await frozenGraph();
    Object.defineProperty(Reflect.get(model, 'executor'), 'processStack', { value: undefined });
    expect(() => mixedPrecision(model)).toThrow('got a Graph model without executor.processStack. Install @tensorflow/tfjs-converter 4.22');
    expect(policyOf(model)).toBeNull();
  });

  it('a tfjs-converter whose ops run in another way is noticed in the first run', async () => {
    const model = await frozenGraph();
    Object.defineProperty(Reflect.get(model, 'executor'), 'processStack', { value: async () => [], configurable: true });
    await expect(mixedPrecision(model).executeAsync(rows())).rejects.toThrow('a processStack that returns no list');
  });

  it.each([
    [null, 'Leave them out for the defaults'],
    [{ lossScale: 1 }, 'Graph models do not train'],
    [{ halfWeights: 'float32' }, 'halfWeights must be true or false'],
  ])('options %o are refused, and the model is untouched', async (options, remedy) => {
    const model = await frozenGraph();
    expect(() => mixedPrecision(model, 'mixed_float16', options as never)).toThrow(remedy);
    expect(policyOf(model)).toBeNull();
  });

  it('layers of a model that has none', async () => {
    const model = mixedPrecision(await frozenGraph());
    expect(() => setLayerPolicy(model as never, 'y', 'float32')).toThrow('Choose kernels instead');
  });

  it('a model that was never wrapped cannot be unwrapped', async () => {
    const model = await frozenGraph();
    expect(() => removeMixedPrecision(model)).toThrow('Call mixedPrecision(model) first');
    await expect(storeFrozenInHalf(model)).rejects.toThrow('Call mixedPrecision(model) first');
  });
});
