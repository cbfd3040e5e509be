import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

const DAY = 86_400_000;

describe('parseOptions', () => {
  it('runs every spec in float32 on webgpu unless told otherwise', () => {
    expect(parseOptions([], 0)).toEqual({
      mode: 'float32',
      plugin: 'webgpu',
      base: 'wasm',
      fusion: 'on',
      stock: false,
      runs: 1,
      shards: 2,
      json: false,
      update: false,
    });
  });

  it('reads every option', () => {
    const args = ['--mode', 'f16', '--plugin', 'emulate', '--base', 'cpu', '--quarter', '3', '--filter', 'conv', '--shards', '1', '--json'];
    expect(parseOptions(args, 0)).toMatchObject({
      mode: 'f16',
      plugin: 'emulate',
      base: 'cpu',
      quarter: 3,
      filter: 'conv',
      shards: 1,
      json: true,
    });
  });

  it('runs kernels one by one when told so', () => {
    expect(parseOptions(['--fusion', 'off'], 0)).toMatchObject({ plugin: 'webgpu', fusion: 'off' });
  });

  it('moves to the next quarter every day and comes round after four', () => {
    const quarters = [0, 1, 2, 3, 4].map((day) => parseOptions(['--quarter', 'auto'], day * DAY + 1).quarter);
    expect(quarters).toEqual([0, 1, 2, 3, 0]);
  });

  it.each([
    [['--mode', 'float16'], '[testing] mode must be one of float32, f16, packed-f16, bfloat16, got float16.'],
    [['--plugin', 'tensorflow'], '[testing] plugin must be one of webgpu, emulate, node, got tensorflow.'],
    [['--quarter', '4'], '[testing] quarter must be one of 0, 1, 2, 3, got 4.'],
    [['--runs', '0'], '[testing] runs must be a whole number from 1 to 16, got 0.'],
    [['--plugin', 'emulate', '--mode', 'packed-f16'], 'got packed-f16. Packing is a matter of GPU storage.'],
    [['--plugin', 'node', '--mode', 'packed-f16'], 'for node, got packed-f16.'],
    [['--update', '--quarter', '1'], '[testing] update must see every spec, got --quarter or --filter.'],
    [['--fusion', 'some'], '[testing] fusion must be one of on, off, got some.'],
    [['--plugin', 'emulate', '--fusion', 'off'], '[testing] fusion is an option of the webgpu plug-in, got off for another backend.'],
    [['--stock', '--fusion', 'off'], '[testing] fusion is an option of the webgpu plug-in, got off for another backend.'],
    [['--fusion', 'off', '--update'], '[testing] update must write what the default does, got --fusion off.'],
    [['--fast'], '--fast'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args, 0)).toThrow(message);
  });
});
