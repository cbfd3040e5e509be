import fc from 'fast-check';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareBits } from './compare.ts';
import { leakCheck } from './leak-check.ts';
import type { PluginSuiteOptions } from './plugin-suite.ts';

type Tensor = TensorFlow.Tensor;

const SIDE = 20; // 400 numbers: above what stays float32 because it is tiny
const OPS = [
  'matmul',
  'add',
  'relu',
  'exp',
  'mean',
  'reshape',
  'clone',
  'half',
  'wide',
  'assign',
  'snapshot',
  'dispose',
  'tidy',
  'yield',
] as const;

/** One step of a random program: an operation on two of the tensors that are alive. */
interface Step {
  readonly op: (typeof OPS)[number];
  readonly a: number;
  readonly b: number;
}

const programs = fc.array(fc.record({ op: fc.constantFrom(...OPS), a: fc.nat(31), b: fc.nat(31) }), { minLength: 4, maxLength: 40 });

/**
 * Declares the lifetime rules as tests: random programs of ops, clones, reshapes, casts, variables, disposals and waits
 * are run twice, once read after every step and once only at the end. Every tensor that is alive must show the same
 * bits both ways, and after it nothing may be left. Then the single rules, one test each.
 *
 * @example
 * // describeLifetimes({ name: 'webgpu', register: () => registerWebGPU(), format: 'float16', tf, autocast });
 */
export function describeLifetimes(options: PluginSuiteOptions): void {
  const { name, register, format, tf, autocast } = options;
  describe(`lifetimes on ${name} in ${format}`, () => {
    let plugin: Awaited<ReturnType<PluginSuiteOptions['register']>>;
    beforeAll(async () => {
      plugin = await register();
      await tf.setBackend(plugin.backendName);
    });
    afterAll(() => plugin?.dispose());

    it('random programs show the same bits whether each step is read or only the end', async () => {
      await fc.assert(
        fc.asyncProperty(programs, async (steps) => {
          const { numTensors } = tf.memory();
          const eager = await run(options, steps, 'each step');
          const late = await run(options, steps, 'the end');
          expect(late.length).toBe(eager.length);
          late.forEach((values, i) => expect(compareBits(values, eager[i] as Float32Array).pass).toBe(true));
          expect(tf.memory().numTensors).toBe(numTensors);
        }),
        { seed: 20, numRuns: 40 },
      );
    });

    it('leaves no tensor and no device byte behind', async () => {
      const steps = fc.sample(programs, { seed: 3, numRuns: 4 });
      await leakCheck(tf, async () => {
        for (const program of steps) await run(options, program, 'the end');
      });
    });

    it('a clone taken before assign keeps the old numbers, and a variable is float32', async () => {
      const variable = tf.tidy(() => tf.variable(wave(tf, 1)));
      const before = variable.clone();
      const old = await before.data();
      const next = tf.tidy(() => autocast.fullPrecision(() => tf.mul(variable, 3)));
      variable.assign(next);
      expect([...(await before.data())]).toEqual([...old]);
      expect(autocast.storageOf(variable)).toBe('float32');
      expect((await variable.data())[5]).toBe(Math.fround((old[5] as number) * 3));
      tf.dispose([variable, before, next]);
    });

    it('gradients that the user holds survive tidy, later steps and disposed inputs', async () => {
      const w = tf.tidy(() => tf.variable(wave(tf, 2)));
      const x = tf.tidy(() => wave(tf, 3));
      const { value, grads } = tf.variableGrads(() =>
        autocast.autocast(
          `mixed_${format}`,
          () => tf.mean(tf.matMul(x as TensorFlow.Tensor2D, w as unknown as TensorFlow.Tensor2D)) as TensorFlow.Scalar,
        ),
      );
      const gradient = grads[w.name] as Tensor;
      x.dispose();
      tf.tidy(() => void tf.matMul(wave(tf, 4) as TensorFlow.Tensor2D, wave(tf, 5) as TensorFlow.Tensor2D));
      expect((await gradient.data()).every(Number.isFinite)).toBe(true);
      tf.dispose([value, gradient, w]);
    });

    it('inputs that are disposed before anybody reads the result are in it, and old weights stay what they were', async () => {
      const weights = tf.tidy(() => tf.variable(wave(tf, 7)));
      const held: Tensor[] = [];
      for (let step = 0; step < 3; step++) {
        held.push(weights.clone());
        const next = tf.add(weights, 1) as TensorFlow.Tensor2D;
        weights.assign(next);
        next.dispose();
      }
      const sum = tf.tidy(() => tf.addN([...held, weights]));
      const [first] = [await (held[0] as Tensor).data()];
      for (const [step, old] of held.entries()) {
        expect(
          compareBits(
            (await old.data()) as Float32Array,
            (first as Float32Array).map((value) => plusOnes(value, step)),
          ).pass,
        ).toBe(true);
      }
      tf.dispose([held, weights]);
      const expected = (first as Float32Array).map((value) => Math.fround(4 * value + 6));
      (await sum.data()).forEach((value, index) => expect(Math.abs(value - (expected[index] as number))).toBeLessThan(2 ** -19));
      sum.dispose();
    });

    it('disposing while a read is under way loses nothing', async () => {
      const x = tf.tidy(() => autocast.toStorage(tf.add(wave(tf, 6), 1), format));
      const twin = x.clone();
      const reading = x.data();
      x.dispose();
      expect(compareBits((await reading) as Float32Array, (await twin.data()) as Float32Array).pass).toBe(true);
      twin.dispose();
    });
  });
}

function wave(tf: typeof TensorFlow, k: number): Tensor {
  return tf.tensor2d(
    Float32Array.from({ length: SIDE * SIDE }, (_, i) => (((i * (7 + 2 * k)) % 197) / 98.5 - 1) / 4),
    [SIDE, SIDE],
  );
}

/** One added `times` times, each sum rounded to float32. */
function plusOnes(value: number, times: number): number {
  return times === 0 ? value : plusOnes(Math.fround(value + 1), times - 1);
}

/** Runs a program and returns the values of everything that is alive at its end; disposes it all. */
async function run(
  { tf, autocast, format }: PluginSuiteOptions,
  steps: readonly Step[],
  read: 'each step' | 'the end',
): Promise<Float32Array[]> {
  const alive: Tensor[] = tf.tidy(() => [tf.keep(tf.add(wave(tf, 1), 0)), tf.keep(tf.add(wave(tf, 2), 0))]);
  const variable = tf.tidy(() => tf.variable(tf.add(wave(tf, 3), 0)));
  const square = (t: Tensor): TensorFlow.Tensor2D => tf.reshape(t, [SIDE, SIDE]);
  const inScope = (fn: () => Tensor): Tensor => tf.tidy(() => autocast.autocast(`param=float32,compute=${format},output=${format}`, fn));
  for (const { op, a, b } of steps) {
    const [x, y] = [alive[a % alive.length] as Tensor, alive[b % alive.length] as Tensor];
    switch (op) {
      case 'matmul':
        alive.push(inScope(() => tf.matMul(square(x), square(y))));
        break;
      case 'add':
        alive.push(inScope(() => tf.add(square(x), square(y))));
        break;
      case 'relu':
        alive.push(inScope(() => tf.relu(x)));
        break;
      case 'exp':
        alive.push(inScope(() => tf.exp(tf.clipByValue(x, -4, 4))));
        break;
      case 'mean':
        alive.push(inScope(() => tf.add(square(x), tf.mean(square(y), 0))));
        break;
      case 'reshape':
        alive.push(tf.tidy(() => tf.reshape(x, [SIDE * SIDE])));
        break;
      case 'clone':
        alive.push(x.clone());
        break;
      case 'half':
        alive.push(autocast.toStorage(x, format));
        break;
      case 'wide':
        alive.push(autocast.toStorage(x, 'float32'));
        break;
      case 'assign': {
        const next = tf.tidy(() => autocast.fullPrecision(() => tf.add(variable, tf.mul(square(x), 0.5))));
        variable.assign(next as TensorFlow.Tensor2D);
        next.dispose();
        break;
      }
      case 'snapshot':
        alive.push(variable.clone());
        break;
      case 'dispose':
        if (alive.length > 2) alive.splice(a % alive.length, 1)[0]?.dispose();
        break;
      case 'tidy':
        tf.tidy(() => void tf.relu(tf.add(square(x), square(y))));
        break;
      case 'yield':
        await new Promise((resolve) => setTimeout(resolve, 0));
        break;
      default:
        op satisfies never;
    }
    if (read === 'each step') await alive[alive.length - 1]?.data();
  }
  alive.push(variable);
  const values = await Promise.all(alive.map(async (tensor) => new Float32Array((await tensor.data()) as Float32Array)));
  tf.dispose(alive);
  return values;
}
