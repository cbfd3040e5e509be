import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  autocast,
  currentPolicy,
  explain,
  fullPrecision,
  registerPlugin,
  setDefaultPolicy,
  storageOf,
  toStorage,
  treatAsParameter,
} from '../../src/index.ts';
import { useMarkingBackend } from './marking-backend.ts';

let undo: () => void;
beforeAll(async () => {
  undo = await useMarkingBackend();
});
afterAll(() => undo());
beforeEach(async () => void (await tf.setBackend('marking')));

const big = (): tf.Tensor2D => tf.ones([32, 32]);

describe('autocast', () => {
  it('stores products in half inside and nothing outside', () => {
    tf.tidy(() => {
      const inside = autocast('mixed_float16', () => storageOf(tf.matMul(big(), big())));
      expect(inside).toBe('float16');
      expect(storageOf(tf.matMul(big(), big()))).toBe('float32');
    });
  });
  it('hands out float32 storage: the output of a mixed policy is float32', () => {
    tf.tidy(() => {
      const [y] = autocast('mixed_float16', () => [tf.matMul(big(), big())]);
      expect(storageOf(y as tf.Tensor)).toBe('float32');
    });
  });
  it('nests: the innermost scope wins and the outer one comes back', () => {
    tf.tidy(() => {
      const seen = autocast('mixed_float16', () => {
        const inner = fullPrecision(() => storageOf(tf.matMul(big(), big())));
        const bf = autocast('mixed_bfloat16', () => storageOf(tf.matMul(big(), big())));
        return [inner, bf, storageOf(tf.matMul(big(), big()))];
      });
      expect(seen).toEqual(['float32', 'bfloat16', 'float16']);
    });
  });
  it('closes its scope when the function throws', () => {
    expect(() =>
      autocast('mixed_float16', () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(currentPolicy()).toBe(null);
  });
  it('keeps tiny results in float32', () => {
    tf.tidy(() => void expect(autocast('mixed_float16', () => storageOf(tf.matMul(tf.ones([2, 2]), tf.ones([2, 2]))))).toBe('float32'));
  });
  it('refuses an async function before it runs, and tells what to do', () => {
    let ran = false;
    expect(() =>
      autocast('mixed_float16', async () => {
        ran = true;
      }),
    ).toThrow(/synchronous.*await between them/s);
    expect(ran).toBe(false);
  });
  it('refuses a function that returns a promise, and its scope is closed', () => {
    expect(() => autocast('mixed_float16', () => Promise.resolve(1))).toThrow(TypeError);
    expect(currentPolicy()).toBe(null);
  });
  it('refuses what is not a function', () => {
    expect(() => autocast('mixed_float16', 3 as never)).toThrow(/must be a function, got number/);
  });
  it('names the package to install on a backend without a plug-in', async () => {
    await tf.setBackend('cpu');
    expect(() => autocast('mixed_float16', () => 1)).toThrow(/got 'cpu'.*marking|useWebGPU/s);
    expect(() => explain(() => 1)).toThrow(/precision plug-in/);
    expect(autocast('float32', () => 1)).toBe(1);
  });
  it('names a format that the plug-in does not store', async () => {
    const off = registerPlugin({
      packageName: 'half-only',
      backendName: 'cpu',
      formats: ['float16'],
      storageOf: () => 'float32',
      toStorage: (x) => x,
      widen: () => undefined,
    });
    await tf.setBackend('cpu');
    expect(() => autocast('mixed_bfloat16', () => 1)).toThrow(/needs bfloat16.*stores float16/s);
    off();
  });
  it('refuses a second plug-in for one backend', () => {
    expect(() =>
      registerPlugin({
        packageName: 'b',
        backendName: 'marking',
        formats: [],
        storageOf: () => 'float32',
        toStorage: (x) => x,
        widen: () => undefined,
      }),
    ).toThrow(/already has a precision plug-in/);
  });
});

describe('the default policy', () => {
  it('holds outside of scopes until it is undone', () => {
    const undoDefault = setDefaultPolicy('mixed_float16');
    tf.tidy(() => void expect(storageOf(tf.matMul(big(), big()))).toBe('float16'));
    undoDefault();
    tf.tidy(() => void expect(storageOf(tf.matMul(big(), big()))).toBe('float32'));
  });
  it('yields to a scope', () => {
    const undoDefault = setDefaultPolicy('mixed_float16');
    tf.tidy(() => void expect(fullPrecision(() => storageOf(tf.matMul(big(), big())))).toBe('float32'));
    undoDefault();
  });
});

describe('the backward pass', () => {
  const kernelsOfBackward = (loss: (w: tf.Tensor) => tf.Tensor): string[] => {
    const w = tf.ones([32, 32]);
    const { kernels } = explain(() => tf.tidy(() => void tf.grad(loss)(w)));
    return kernels.filter(({ kernelName }) => kernelName === 'BatchMatMul').map(({ storageOut }) => storageOut.join());
  };
  it('runs under the policy of its forward pass, outside of the scope', () => {
    expect(kernelsOfBackward((w) => autocast('mixed_float16', () => tf.sum(tf.matMul(w, w, false, true))))).toEqual([
      'float16',
      'float16',
      'float16',
    ]);
  });
  it('follows each op, also when one part of the forward pass was float32', () => {
    const storages = kernelsOfBackward((w) =>
      autocast('mixed_float16', () => {
        const h = tf.matMul(w, w);
        return fullPrecision(() => tf.sum(tf.matMul(h, big())));
      }),
    );
    expect(storages).toEqual(['float16', 'float32', 'float32', 'float16', 'float16']);
  });
  it('leaves gradients recorded outside of scopes alone', () => {
    expect(kernelsOfBackward((w) => tf.sum(tf.matMul(w, w)))).toEqual(['float32', 'float32', 'float32']);
  });
});

describe('parameters', () => {
  it('a plain tensor is one where somebody says so, and only there', () => {
    tf.tidy(() => {
      const [plain, weak] = [tf.ones([32]), tf.ones([32])];
      const undo = treatAsParameter(weak);
      treatAsParameter(weak)(); // the second one has nothing to take back
      autocast('mixed_float16', () => {
        const activation = tf.matMul(big(), big());
        expect(storageOf(tf.add(activation, plain))).toBe('float32');
        expect(storageOf(tf.add(activation, weak))).toBe('float16');
        expect(storageOf(tf.add(activation, tf.reshape(weak, [1, 32])))).toBe('float16');
        undo();
        expect(storageOf(tf.add(activation, weak))).toBe('float32');
      });
    });
  });
  it.each([null, 3, {}])('%o is no tensor', (value) => {
    expect(() => treatAsParameter(value as never)).toThrow('Pass one of model.weights');
  });
  it('a bias variable follows the activation; a variable as large as the result does not', () => {
    const bias = tf.variable(tf.ones([32]));
    const weight = tf.variable(tf.ones([32, 32]));
    tf.tidy(() =>
      autocast('mixed_float16', () => {
        const h = tf.matMul(big(), weight);
        expect(storageOf(tf.add(h, bias))).toBe('float16');
        expect(storageOf(tf.add(h, tf.reshape(bias, [1, 32])))).toBe('float16');
        expect(storageOf(tf.add(h, weight))).toBe('float32');
      }),
    );
    tf.dispose([bias, weight]);
  });
});

it('a variable that was assigned a half tensor is float32 again at its next use, with one warning', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const weight = tf.variable(big());
  tf.tidy(() =>
    autocast('mixed_float16', () => {
      weight.assign(tf.relu(tf.matMul(big(), big())) as tf.Tensor2D);
      expect(storageOf(weight)).toBe('float16');
      tf.relu(weight);
      tf.relu(weight);
    }),
  );
  expect(storageOf(weight)).toBe('float32');
  expect(warn).toHaveBeenCalledTimes(1);
  expect(String(warn.mock.calls[0])).toMatch(/assigned numbers rounded to 16 bits.*fullPrecision/s);
  warn.mockRestore();
  weight.dispose();
});

it('the masks in gradients of a maximum do not widen the backward pass', () => {
  const loss = (x: tf.Tensor): tf.Tensor => {
    const h = tf.matMul(x as tf.Tensor2D, big());
    return tf.sum(tf.matMul(tf.maximum(h, tf.relu(h)) as tf.Tensor2D, big()));
  };
  const { kernels } = explain(() => tf.tidy(() => void autocast('mixed_float16', () => tf.grad(loss)(big()))));
  const masked = kernels.filter(({ kernelName, storageIn }) => kernelName === 'Multiply' && storageIn.includes('float16'));
  expect(masked.length).toBeGreaterThan(1);
  expect(masked.flatMap(({ storageOut }) => storageOut)).not.toContain('float32');
});

describe('explain', () => {
  it('gives each kernel with its class, storages and reason', () => {
    const { result, kernels } = explain(() =>
      tf.tidy(() => autocast('mixed_float16', () => tf.exp(tf.relu(tf.matMul(big(), big()))).shape)),
    );
    expect(result).toEqual([32, 32]);
    const rows = kernels
      .filter(({ kernelName }) => kernelName !== 'Fill')
      .map(({ kernelName, opClass, storageIn, storageOut }) => [kernelName, opClass, ...storageIn, '->', ...storageOut]);
    expect(rows).toEqual([
      ['BatchMatMul', 'allow', 'float32', 'float32', '->', 'float16'],
      ['Relu', 'pass', 'float16', '->', 'float16'],
      ['Exp', 'deny', 'float16', '->', 'float32'],
    ]);
    expect(kernels.every(({ why }) => why.length > 0)).toBe(true);
  });
});

describe('toStorage', () => {
  it('copies into another storage and is the identity for gradients', () => {
    tf.tidy(() => {
      const x = tf.range(0, 4, 1, 'float32');
      expect(storageOf(toStorage(x, 'bfloat16'))).toBe('bfloat16');
      expect(storageOf(x)).toBe('float32');
      const g = tf.grad((t) => tf.mul(toStorage(t, 'float16'), 3))(x);
      expect([...g.dataSync()]).toEqual([3, 3, 3, 3]);
    });
  });
  it('refuses unknown storages, integer tensors and disposed ones', () => {
    const x = tf.scalar(1);
    expect(() => toStorage(x, 'float8' as never)).toThrow(/one of float32, float16, bfloat16, got 'float8'/);
    expect(() =>
      toStorage(
        tf.tidy(() => tf.keep(tf.scalar(1, 'int32'))),
        'float16',
      ),
    ).toThrow(/needs a float32 tensor, got int32/);
    x.dispose();
    expect(() => storageOf(x)).toThrow(/disposed/);
  });
});

it('leaks nothing', () => {
  const before = tf.memory().numTensors;
  for (let i = 0; i < 3; i++)
    tf.tidy(() => void tf.grad((w) => autocast('mixed_float16', () => tf.sum(tf.matMul(w as tf.Tensor2D, w as tf.Tensor2D))))(big()));
  expect(tf.memory().numTensors).toBe(before);
});
