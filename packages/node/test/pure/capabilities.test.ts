import { describe, expect, it } from 'vitest';
import { capabilitiesOf, remedyOf } from '../../src/capabilities.ts';
import type { Library } from '../../src/library/load-library.ts';
import { planOf } from '../../src/options.ts';

const library = (version: string, device: 'cpu' | 'gpu', unknown?: string): Library =>
  ({
    packageName: '@tensorflow/tfjs-node',
    version,
    device,
    repairs: [],
    ...(unknown === undefined ? {} : { unknown }),
  }) as unknown as Library;

describe('capabilitiesOf', () => {
  it('offers float16 alone on a GPU with the TensorFlow that npm brings, and says what helps', () => {
    const capabilities = capabilitiesOf(library('2.9.1', 'gpu'));
    expect(capabilities.formats).toEqual(['float16']);
    expect(remedyOf(capabilities)).toBe(
      'TensorFlow 2.9.1 on a GPU has no kernels for it. Use mixed_float16 with loss scaling, or build the addon against TensorFlow 2.14 or newer (docs/how-to/cuda.md).',
    );
  });

  it.each([
    ['2.9.1', 'cpu'],
    ['2.14.0', 'gpu'],
    ['2.21.0', 'cpu'],
    ['2.21.0', 'gpu'],
    ['2.99.0', 'gpu'],
  ] as const)('offers both formats with TensorFlow %s on a %s', (version, device) => {
    expect(capabilitiesOf(library(version, device)).formats).toEqual(['float16', 'bfloat16']);
  });

  it('offers nothing with a TensorFlow that is older than every table', () => {
    expect(capabilitiesOf(library('1.15.0', 'gpu')).formats).toEqual([]);
  });

  it('offers nothing where tfjs-node is not as known, and says what is not', () => {
    const capabilities = capabilitiesOf(library('2.21.0', 'cpu', '@tensorflow/tfjs-node lacks tensorMap.set'));
    expect([capabilities.formats, capabilities.float32Only]).toEqual([[], '@tensorflow/tfjs-node lacks tensorMap.set']);
    expect(remedyOf(capabilities)).toBe('@tensorflow/tfjs-node lacks tensorMap.set: half is off. Install @tensorflow/tfjs-node@4.22.');
  });
});

describe('planOf', () => {
  it('fills in what was left out', () => {
    expect(planOf({})).toEqual({ package: 'auto', requireGpu: false, castCacheBytes: 512 * 1024 * 1024 });
  });

  it.each([
    [null, '[node] options must be an object, got null.'],
    [{ requireGpu: 1 }, '[node] requireGpu must be true or false, got 1.'],
    [{ castCacheBytes: NaN }, '[node] castCacheBytes must be a number of bytes from 0 on, got NaN.'],
    [{ gpu: true }, "[node] an option must be one of package, requireGpu, castCacheBytes, got 'gpu'."],
    [{ package: 'tfjs' }, "got 'tfjs'. Leave it out to have it found."],
  ])('refuses %o', (options, message) => {
    expect(() => planOf(options as never)).toThrow(message);
  });
});
