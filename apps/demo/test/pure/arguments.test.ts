import { describe, expect, test } from 'vitest';
import { parseArguments, USAGE } from '../../src/arguments.ts';

describe('parseArguments', () => {
  test('without arguments runs all three, mixed_float16, seed 1, and leaves the rest to the demo', () => {
    expect(parseArguments([])).toMatchObject({
      runs: ['stock', 'everything-half', 'mixed'],
      policy: 'mixed_float16',
      seed: 1,
      json: false,
      plugin: undefined,
      data: undefined,
    });
  });

  test('reads every option', () => {
    const typed = [
      '--data',
      'D',
      '--images',
      '10',
      '--epochs',
      '2',
      '--batch',
      '8',
      '--seed',
      '0',
      '--policy',
      'mixed_bfloat16',
      '--plugin',
      'emulate',
    ];
    const args = parseArguments([...typed, '--packed', '--runs', 'mixed, stock', '--json', '--report', 'R', '--open']);
    expect(args).toEqual({
      help: false,
      data: 'D',
      images: 10,
      epochs: 2,
      steps: undefined,
      batch: 8,
      seed: 0,
      policy: 'mixed_bfloat16',
      plugin: 'emulate',
      packed: true,
      runs: ['mixed', 'stock'],
      json: true,
      report: 'R',
      open: true,
    });
  });

  test('explains every option in its usage', () => {
    const options = [
      'data',
      'images',
      'epochs',
      'steps',
      'batch',
      'seed',
      'policy',
      'plugin',
      'packed',
      'runs',
      'json',
      'report',
      'open',
      'help',
    ];
    for (const name of options) expect(USAGE).toContain(`--${name} `);
  });

  test.each([
    [['--sed', '1'], /--sed.*--help/],
    [['picture.png'], /picture\.png.*--help/],
    [['--seed', 'x'], /--seed must be a whole number of 0 or more, got x/],
    [['--seed', '-1'], /\[demo\]/],
    [['--epochs', '1.5'], /--epochs must be a whole number.*got 1\.5/],
    [['--batch', ''], /--batch must be a whole number/],
    [['--plugin', 'webgl'], /webgpu, emulate or node, got webgl/],
    [['--plugin', 'node', '--packed'], /--packed is a matter of GPUs without shader-f16, got --plugin node too\. Leave one out\./],
    [['--runs', 'stock,fast'], /stock, half and mixed.*got stock,fast/],
    [['--policy', 'mixed_flaot16'], /mixed_float16/],
    [['--steps', '3', '--epochs', '1'], /Leave one out/],
    [['--images', '3'], /--images needs --data/],
  ])('refuses %j and says what to do', (typed, message) => {
    expect(() => parseArguments(typed)).toThrow(message);
  });
});
