import { describe, expect, it } from 'vitest';
import { takes } from '../../src/table/kernel-limits.ts';

const attribute = (name: string, value: string | readonly number[]) => ({ name, type: 0, value });

describe('takes', () => {
  it('refuses channels first in float16 convolutions on the CPU alone', () => {
    const first = [attribute('data_format', 'NCHW')];
    expect(takes('Conv2D', first, { device: 'cpu' }, 'float16')).toBe(false);
    expect(takes('Conv2D', [attribute('data_format', 'NHWC')], { device: 'cpu' }, 'float16')).toBe(true);
    expect(takes('Conv2D', first, { device: 'gpu' }, 'float16')).toBe(true);
    expect(takes('Conv2D', first, { device: 'cpu' }, 'bfloat16')).toBe(true);
  });

  it('refuses dilated depthwise convolutions in float16 on the CPU, and no other op with dilations', () => {
    const dilated = [attribute('dilations', [1, 2, 2, 1])];
    expect(takes('DepthwiseConv2dNative', dilated, { device: 'cpu' }, 'float16')).toBe(false);
    expect(takes('DepthwiseConv2dNative', [attribute('dilations', [1, 1, 1, 1])], { device: 'cpu' }, 'float16')).toBe(true);
    expect(takes('Conv2D', dilated, { device: 'cpu' }, 'float16')).toBe(true);
  });
});
