import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkDevice } from '../../src/device/check-device.ts';
import { conversionTable, conversionWords, productTable, productWords } from '../../src/device/findings.ts';
import { probeDevice } from '../../src/device/probe.ts';

const vulkan = await requireOrSkip('vulkan');

describe.skipIf(!vulkan.available)('on a real WebGPU device', () => {
  test('the check finds the adapter and what it offers', async () => {
    const check = await checkDevice({ gpu: await dawn(), isSecureContext: true, userAgent: 'node', touchPoints: 0 });
    expect(check.state).toBe('ready');
    expect(check.found?.limits.maxBufferSize).toBeGreaterThan(2 ** 20);
    expect(check.found?.adapter.description).not.toBe('');
    expect(JSON.parse(JSON.stringify(check))).toEqual(check);
  });

  test('the probe multiplies rightly, holds half the bytes in float16, and leaves nothing behind', async () => {
    await dawn();
    const told: string[] = [];
    const tensors = tf.engine().state.numTensors;
    const report = await probeDevice((what) => told.push(what));
    const [single, half] = report.products;
    expect(single).toMatchObject({ storage: 'float32', withinRounding: true, resultBytes: 4 * 128 ** 2 });
    expect(half).toMatchObject({ storage: 'float16', withinRounding: true, resultBytes: 2 * 128 ** 2 });
    expect(half!.largestError).toBeGreaterThan(single!.largestError);
    expect(productWords(report)).toMatch(/right within their rounding/);
    expect(productTable(report).rows.every((row) => row.length === 4)).toBe(true);
    expect(conversionTable(report).rows).toHaveLength(6);
    expect(conversionWords(report)).toMatch(/float16 is stored as (packed-)?f16/);
    expect(told).toHaveLength(3);
    expect(tf.engine().state.numTensors).toBe(tensors);
    expect(tf.engine().registryFactory['halftone-device-check']).toBeUndefined();
    await expect(probeDevice(() => undefined)).resolves.toMatchObject({ size: 128 }); // again: nothing of the first is in its way
  });
});
