import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/arguments.ts';
import { batchOrder } from '../../src/batch-order.ts';
import { choosePlugin, deviceLine } from '../../src/device.ts';
import { estimateLine } from '../../src/estimate.ts';
import { nextCommands } from '../../src/next-commands.ts';
import { makePlan } from '../../src/plan.ts';
import { createRandom } from '@halftone/data';
import { tensorflowSite } from '../../src/site.ts';

const plan = (...typed: string[]): ReturnType<typeof makePlan> => makePlan(parseArguments(typed), 'webgpu', 'folder');
const GPU = { description: 'a GPU', isCpu: false, shaderF16: true };
const CPU = { description: 'llvmpipe', isCpu: true, shaderF16: true };
const NONE = { isCpu: true, shaderF16: false };

describe('makePlan', () => {
  test('gives the three runs the same data, seed, batches and rates', () => {
    const common = plan().specs.map(({ kind: _kind, policy: _policy, weightsFile: _file, ...rest }) => rest);
    expect(common).toHaveLength(3);
    expect(common[1]).toEqual(common[0]);
    expect(common[2]).toEqual(common[0]);
  });

  test('trains 60 steps of 64 drawn digits unless told otherwise', () => {
    expect(plan()).toMatchObject({ steps: 60, specs: [{ batch: 64, data: { kind: 'drawn', train: 3840 } }, {}, {}] });
    expect(plan('--epochs', '2').specs[0]).toMatchObject({ steps: 120, data: { train: 3840 } });
    expect(plan('--steps', '5', '--batch', '8').specs[0]).toMatchObject({ steps: 5, batch: 8, data: { train: 40 } });
  });

  test('gives the policy of --policy to the third run alone', () => {
    expect(plan('--policy', 'mixed_bfloat16').specs.map(({ policy }) => policy)).toEqual(['float32', 'float16', 'mixed_bfloat16']);
  });
});

describe('batchOrder', () => {
  test('shows each picture once in a pass, in another order in the next', () => {
    const order = batchOrder({ count: 12, batch: 4, steps: 6, seed: 1 }).map((batch) => Array.from(batch));
    const [first, second] = [order.slice(0, 3).flat(), order.slice(3).flat()];
    expect(first).not.toEqual(second);
    for (const pass of [first, second]) expect([...pass].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  test('is the same for the same seed and another for another', () => {
    const order = (seed: number): number[][] => batchOrder({ count: 50, batch: 10, steps: 5, seed }).map((batch) => Array.from(batch));
    expect(order(3)).toEqual(order(3));
    expect(order(3)).not.toEqual(order(4));
  });

  test('refuses a batch that the pictures do not fill', () => {
    expect(() => batchOrder({ count: 3, batch: 4, steps: 1, seed: 1 })).toThrow('Use --batch 3 or less');
  });
});

describe('createRandom', () => {
  test('spreads its numbers evenly and its normal ones around 0 with deviation 1', () => {
    const random = createRandom(1, 'test');
    const even = Array.from({ length: 20_000 }, () => random.next());
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
    expect(Math.abs(mean(even) - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(0.05);
  });

  test('gives each purpose a stream of its own', () => {
    expect(createRandom(1, 'weights').next()).not.toBe(createRandom(1, 'batches').next());
  });
});

describe('the first line', () => {
  test('names the device and how halves are stored', () => {
    expect(deviceLine(GPU, 'webgpu', { packed: false })).toBe('Device: a GPU; float16 stored as f16.');
    expect(deviceLine({ ...GPU, shaderF16: false }, 'webgpu', { packed: false })).toContain('packed two to a word (no shader-f16)');
    expect(deviceLine(GPU, 'webgpu', { packed: true })).toContain('packed two to a word, as asked for');
  });

  test('says what a CPU driver does not tell', () => {
    expect(deviceLine(CPU, 'webgpu', { packed: false })).toContain('how fast a GPU would be it does not tell');
  });

  test('says what emulation does not tell', () => {
    expect(deviceLine(NONE, 'emulate', { packed: false })).toContain('not what memory or time it saves');
  });
});

describe('choosePlugin', () => {
  test('takes webgpu where there is an adapter, else emulate', () => {
    expect([choosePlugin(CPU, undefined), choosePlugin(NONE, undefined), choosePlugin(GPU, 'emulate')]).toEqual([
      'webgpu',
      'emulate',
      'emulate',
    ]);
  });

  test('refuses webgpu without an adapter', () => {
    expect(() => choosePlugin(NONE, 'webgpu')).toThrow('use --plugin emulate');
  });
});

describe('the site of --plugin node', () => {
  const everything = { policy: 'mixed_float16', runs: ['stock', 'everything-half', 'mixed'] } as const;
  const GPU_2_9 = { version: '2.9.1', device: 'gpu', formats: ['float16'] } as const;

  test('names the library and the device, and what a CPU library does not tell', () => {
    expect(tensorflowSite({ version: '2.21.0', device: 'cpu', formats: ['float16', 'bfloat16'] }, everything)).toEqual({
      plugin: 'node',
      device: expect.stringMatching(/^Device: the CPU, by TensorFlow 2\.21\.0 through tfjs-node; .*nothing of how fast a GPU would be\.$/),
    });
    expect(tensorflowSite(GPU_2_9, everything).device).not.toContain('CPU');
  });

  test('says in one line what is missing and what works without it', () => {
    expect(() => tensorflowSite({ problem: '[node] no addon. Run: x' }, everything)).toThrow(
      /^\[demo\] --plugin node needs TensorFlow, got none: \[node\] no addon\. Run: x Without it --plugin webgpu and --plugin emulate work as ever\.$/,
    );
  });

  test('refuses a format that the library does not compute in, but only where a run wants it', () => {
    const bfloat16 = { ...everything, policy: 'mixed_bfloat16' };
    expect(() => tensorflowSite(GPU_2_9, bfloat16)).toThrow(
      'TensorFlow 2.9.1 must compute in bfloat16 on the GPU, got kernels for float16.',
    );
    expect(tensorflowSite(GPU_2_9, { ...bfloat16, runs: ['stock', 'everything-half'] }).plugin).toBe('node');
    expect(() => tensorflowSite({ ...GPU_2_9, formats: [] }, everything)).toThrow('got kernels for float32 alone');
  });
});

test('the estimate counts all runs', () => {
  expect(estimateLine(plan('--steps', '500').specs, { stepMs: 400, aroundSeconds: 20 })).toContain('about 11 min (3 run(s) of 500 steps');
});

test('the three commands to try next never include the one just run', () => {
  const commands = nextCommands(parseArguments(['--open', '--packed']), 'webgpu').map(({ command }) => command);
  expect(commands).toHaveLength(3);
  expect(commands.join()).not.toMatch(/--open|--packed/);
});

test('the commands to try next stay inside TensorFlow', () => {
  const commands = nextCommands(parseArguments(['--plugin', 'node']), 'node').map(({ command }) => command);
  expect(commands[0]).toBe('npm start -- --plugin node --open');
  expect(commands.every((command) => command.includes('--plugin node'))).toBe(true);
});
