import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { toStorage } from '@halftone/autocast';
import { round } from '@halftone/float16';
import type { HalfBackend } from '../../src/backend.ts';
import { useWebGPU } from '../../src/index.ts';
import { flatProgram } from '../../src/kernels/flat-program.ts';

it.each(['on', 'off'] as const)(
  'a program whose shader cannot be lowered runs in float32, with fusion %s, and is named',
  async (fusion) => {
    const handle = await useWebGPU({ fusion, backendName: `refused-${fusion}` });
    const backend = tf.backend() as HalfBackend;
    const values = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i));
    const x = tf.tidy(() => toStorage(tf.tensor1d(values), 'float16'));
    // a pointer to a storage binding: the lowering refuses it
    const body = 'let place = &x[index]; setOutputAtIndex(index, *place * 2.0);';
    const program = (): ReturnType<typeof flatProgram> => flatProgram({ name: 'pointer', shape: [512], inputs: ['x'], component: 1, body });
    for (let run = 0; run < 2; run++) {
      const doubled = tf.engine().makeTensorFromTensorInfo(backend.runWebGPUProgram(program(), [x], 'float32'));
      expect([...(await doubled.data())]).toEqual([...round(values, 'float16')].map((value) => value * 2));
      doubled.dispose();
    }
    expect(Object.values(handle.refusedPrograms())).toEqual([expect.stringMatching(/binding x has its address taken/)]);
    x.dispose();
    handle.dispose();
  },
);
