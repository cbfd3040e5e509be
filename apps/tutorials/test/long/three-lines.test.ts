import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeEach, describe, expect, test } from 'vitest';
import { program as cuda } from '../../src/programs/cuda.ts';
import { program as threeLines } from '../../src/programs/three-lines.ts';
import { runProgram } from '../../src/run-program.ts';
import { testLesson } from '../test-lesson.ts';

beforeEach(async () => void (await tf.setBackend('cpu'))); // something to count tensors by, before and after

describe.each([threeLines, cuda])('$name, at a glance on drawn digits', (program) => {
  test('keeps its promises, tells its progress and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const told: string[] = [];
    const lesson = testLesson({ progress: ({ what, step, steps }) => told.push(`${what} ${step}/${steps}`) });
    const { finding, device, source } = await runProgram(program, lesson);
    expect(finding.claims.filter(({ holds }) => !holds)).toEqual([]);
    expect(finding.claims.length).toBeGreaterThan(1);
    expect(finding.numbers['peakBytesMixed']).toBeLessThan(finding.numbers['peakBytesFloat32'] ?? 0);
    await tf.setBackend('cpu');
    expect(tf.memory().numTensors).toBe(before);
    expect(told[0]).toMatch(/^float32 1\//);
    expect(told.at(-1)).toMatch(/^mixed_float16 (\d+)\/\1$/);
    expect([device, source]).toEqual([expect.stringContaining('wasm'), expect.stringContaining('drawn')]);
  });

  test('stops at its next step when it is told to, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const stop = new AbortController();
    let steps = 0;
    const lesson = testLesson({
      signal: stop.signal,
      progress: () => {
        steps += 1;
        if (steps === 2) stop.abort();
      },
    });
    await expect(runProgram(program, lesson)).rejects.toThrow(/abort/i);
    expect(steps).toBe(2);
    await tf.setBackend('cpu');
    expect(tf.memory().numTensors).toBe(before);
  });
});
