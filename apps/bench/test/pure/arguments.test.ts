import { describe, expect, test } from 'vitest';
import { compareArguments } from '../../src/compare-arguments.ts';
import { stepArguments } from '../../src/step-arguments.ts';

describe('step', () => {
  test('takes the sizes of the model and the policy of the backend where none are given', () => {
    const { spec, steps } = stepArguments(['--model', 'transformer']);
    expect(spec).toMatchObject({ backend: 'halftone-webgpu', policy: 'mixed_float16', countOnly: false });
    expect(spec.options).toEqual({ batch: 8, size: 64, depth: 2, seed: 2 });
    expect(steps).toBe(10);
    expect(stepArguments(['--model', 'mlp', '--backend', 'webgpu']).spec.policy).toBe('float32');
  });

  test('takes what is given', () => {
    const { spec, steps, json, out } = stepArguments(
      '--model resnet50 --batch 2 --size 64 --optimizer sgd --steps 3 --count-only --json --out x.json'.split(' '),
    );
    expect(spec).toMatchObject({ model: 'resnet50', optimizer: 'sgd', countOnly: true, options: { batch: 2, size: 64 } });
    expect([steps, json, out]).toEqual([3, true, 'x.json']);
  });

  test.each([
    ['', /needs --model, got none\. Write for example --model cnn\.$/],
    ['--model alexnet', /--model must be one of cnn, .*, got alexnet\./],
    ['--model cnn --batch 1.5', /--batch must be a whole number of 1 or more, got 1\.5\. Write for example --batch 8\.$/],
    ['--model cnn --batch', /options must be those of step --help/],
    ['--model cnn --colour red', /options must be those of step --help, got: Unknown option '--colour'/],
    [
      '--model cnn --backend tensorflow --policy mixed_float16',
      /--policy must be one of float32 on tensorflow, got mixed_float16\. Use --backend halftone-node/,
    ],
    ['--model cnn --backend halftone-node --count-only', /--count-only needs a backend on WebGPU, got halftone-node\./],
    [
      '--model cnn --backend webgpu --policy mixed_float16',
      /--policy must be one of float32 on webgpu, got mixed_float16\. Use --backend halftone-webgpu/,
    ],
    ['--model resnet50 --backend jax-js', /jax-js has the models cnn, mlp, transformer, got resnet50\. Use --backend webgpu/],
    ['--model cnn --backend cpu --count-only', /--count-only needs a backend on WebGPU, got cpu\. Use --backend webgpu\.$/],
    ['--model cnn --depth 3', /--depth needs a model of repeated blocks, got cnn\. Leave it out/],
    ['--model cnn --optimizer adm', /--optimizer must be one of sgd, .*, got adm\./],
    ['--model cnn --warm-up 1', /--warm-up must be a whole number of 2 or more, got 1\./],
  ])('refuses %j and says what would do', (typed, message) => {
    const error = caught(() => stepArguments(typed.split(' ').filter((word) => word !== '')));
    expect(error.message).toMatch(/^\[bench\] /);
    expect(error.message).toMatch(message);
    expect(['TypeError', 'RangeError']).toContain(error.name);
  });
});

describe('compare', () => {
  test('puts stock first and leaves out who does not have the model', () => {
    const { races, pairs } = compareArguments(['--models', 'cnn,resnet50', '--with', 'jax-float16,mixed_float16']);
    expect(pairs).toBe(9);
    expect(races.map(({ specs }) => specs.map(({ backend, policy }) => `${backend} ${policy}`))).toEqual([
      ['webgpu float32', 'halftone-webgpu mixed_float16', 'jax-js float16'],
      ['webgpu float32', 'halftone-webgpu mixed_float16'],
    ]);
  });

  test('runs ours inside TensorFlow against tfjs-node', () => {
    const { races, backend } = compareArguments([
      '--models',
      'mlp',
      '--backend',
      'halftone-node',
      '--with',
      'mixed_bfloat16,mixed_float16',
    ]);
    expect(backend).toBe('halftone-node');
    expect(races[0]?.specs.map(({ backend: name, policy }) => `${name} ${policy}`)).toEqual([
      'tensorflow float32',
      'halftone-node mixed_float16',
      'halftone-node mixed_bfloat16',
    ]);
    expect(() => compareArguments(['--backend', 'halftone-node', '--with', 'jax-float16'])).toThrow(/must be one of stock, float32, mixed/);
    expect(() => compareArguments(['--backend', 'cpu'])).toThrow('--backend must be one of halftone-webgpu, halftone-node, got cpu.');
  });

  test('refuses a contestant that does not exist', () => {
    expect(() => compareArguments(['--with', 'torch'])).toThrow(/^\[bench\] --with must be one of stock, float32/);
  });
});

function caught(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
