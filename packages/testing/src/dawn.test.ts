import { expect, it } from 'vitest';
import { browserGpu, runsInNode } from './dawn.ts';

it('hands out what a browser has', () => {
  const gpu = {} as GPU;
  expect(browserGpu({ gpu })).toBe(gpu);
});

it('says what to do where a browser has no WebGPU', () => {
  expect(() => browserGpu({})).toThrow(
    '[testing] the browser must have WebGPU for dawn(), got no navigator.gpu. Use Chromium on localhost with --enable-unsafe-webgpu.',
  );
});

it('knows Node', () => {
  expect(runsInNode()).toBe(true);
});
