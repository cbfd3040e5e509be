import { engine } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { pluginFor } from '@halftone/autocast';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { runDoctor } from '../../src/doctor/run-doctor.ts';

describe('the doctor on TensorFlow for CPUs', () => {
  it('finds it whole, and multiplies in every format that it offers, summing in float32', async () => {
    const diagnosis = await diagnose({ size: 96 });
    expect(diagnosis.checks.filter(({ status }) => status === 'broken')).toEqual([]);
    expect(diagnosis).toMatchObject({
      ok: true,
      tensorflow: { device: 'cpu', version: expect.stringMatching(/^2\./) },
      package: { addonFound: true },
    });
    if (process.platform === 'linux') expect(diagnosis.tensorflow?.libraries.join()).toMatch(/libtensorflow/);
    expect(diagnosis.matmuls.map(({ precision }) => precision)).toEqual(diagnosis.formats);
    const inFormat = diagnosis.matmuls.map(({ ranInFormat }) => ranInFormat);
    expect(inFormat.slice(0, 2)).toEqual([true, true]); // float32 and float16; whether products of bfloat16 sum in float32 is up to the CPU
    for (const { maxError, gigaflops } of diagnosis.matmuls) {
      expect(maxError).toBeGreaterThan(0);
      expect(gigaflops).toBeGreaterThan(0);
    }
    expect(pluginFor('tensorflow')).toBeUndefined();
    expect(engine().state.numTensors).toBe(0);
    expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
  });

  it('ends with 2 where a GPU is required, and with one JSON object as the last line', async () => {
    let [out, error] = ['', ''];
    const code = await runDoctor(['--require-gpu', '--json', '--size', '32'], {
      out: (text) => (out += text),
      error: (text) => (error += text),
    });
    expect(code).toBe(2);
    expect(JSON.parse(out.trim())).toMatchObject({ ok: true, tensorflow: { device: 'cpu' } });
    expect(error).toMatch(/MISSING +device +TensorFlow uses the CPU/);
    expect(error).toMatch(/\[node\] --require-gpu needs a GPU that TensorFlow uses, got none\./);
  });

  it('ends with 1 and one line where the arguments are wrong', async () => {
    let error = '';
    expect(await runDoctor(['--what'], { out: () => undefined, error: (text) => (error += text) })).toBe(1);
    expect(error).toMatch(/^\[node\] the arguments must be those of --help, got: .*\n$/);
  });
});
