import { requireOrSkip } from '@halftone/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { openPlugin } from '../../src/node/node-plugins.ts';
import { program } from '../../src/programs/cuda.ts';
import { runProgram } from '../../src/run-program.ts';
import { testLesson } from '../test-lesson.ts';

const tensorflow = await requireOrSkip('tensorflow');

describe.skipIf(!tensorflow.available)('the tutorial of CUDA, on a CPU', () => {
  test('keeps its promises inside TensorFlow, hears the doctor and leaves no tensor behind', async () => {
    const { finding, device } = await runProgram(program, testLesson({ usePlugin: () => openPlugin('node') }));
    expect(device).toMatch(/^TensorFlow \d+\.\d+\S* on the (CPU|GPU)$/);
    expect(finding.claims.filter(({ holds }) => !holds)).toEqual([]);
    expect(finding.claims.map(({ what }) => what).join()).toMatch(/multiplies halves.*no handle is left behind/);
    const doctor = finding.rows.filter(([what]) => String(what).startsWith('doctor: '));
    expect(doctor.map(([what, status]) => [what, status])).toContainEqual(['doctor: TensorFlow', 'ok']);
    expect(doctor.filter(([, , found]) => String(found).includes('/home') || String(found).startsWith('/'))).toEqual([]);
    expect(finding.numbers['castsInAStep']).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(0);
  });
});
