import { describe, expect, test } from 'vitest';
import { parseArguments, USAGE } from '../../src/node/arguments.ts';

describe('the command line', () => {
  test('is short, with seed 1, on the best plug-in, unless told otherwise', () => {
    expect(parseArguments(['three-lines'])).toMatchObject({ name: 'three-lines', length: 'short', seed: 1, json: false });
    expect(parseArguments(['three-lines']).plugin).toBeUndefined();
  });

  test('takes all that its help names', () => {
    const args = parseArguments([
      'cuda',
      '--length',
      'full',
      '--plugin=node',
      '--data',
      'drawn',
      '--seed',
      '0',
      '--json',
      '--picture',
      'a.svg',
    ]);
    expect(args).toEqual({
      help: false,
      json: true,
      writePages: false,
      checkPages: false,
      name: 'cuda',
      length: 'full',
      plugin: 'node',
      data: 'drawn',
      picture: 'a.svg',
      seed: 0,
    });
    for (const option of ['--length', '--plugin', '--data', '--seed', '--json', '--picture', '--write-pages', '--check-pages', '--help'])
      expect(USAGE).toContain(option);
  });

  test.each([
    [['a', 'b'], /one tutorial is run at a time, got a b\. Leave out/],
    [['--length', 'long'], /--length must be glance, short, full, got long\. Leave it out/],
    [['--plugin', 'webgl'], /--plugin must be webgpu, emulate, node, got webgl/],
    [['--seed', '-1'], /must be those of --help|--seed must be/],
    [['--seed', '1.5'], /--seed must be a whole number from 0 to 2\^32 - 1, got 1\.5\. Write/],
    [['--seed', ''], /--seed must be a whole number/],
    [['--colour'], /must be those of --help, got: .*--colour/],
  ])('refuses %j', (args, message) => {
    expect(() => parseArguments(args)).toThrow(message);
  });
});
