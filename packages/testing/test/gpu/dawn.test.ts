import { describe, expect, it } from 'vitest';
import { dawn, hasVulkan } from '../../src/dawn.ts';
import { requireOrSkip } from '../../src/require-or-skip.ts';

const vulkan = await requireOrSkip('vulkan');

describe.skipIf(!vulkan.available)('dawn', () => {
  it('sets navigator.gpu and the GPU classes once', async () => {
    const gpu = await dawn();
    expect(await dawn()).toBe(gpu);
    expect(navigator.gpu).toBe(gpu);
    expect(typeof GPUBufferUsage.STORAGE).toBe('number');
    expect(typeof navigator.userAgent).toBe('string');
  });

  it('finds an adapter that computes', async () => {
    expect(await hasVulkan()).toBe(true);
    const device = await (await (await dawn()).requestAdapter())?.requestDevice();
    expect(device?.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(256);
    device?.destroy();
  });
});
