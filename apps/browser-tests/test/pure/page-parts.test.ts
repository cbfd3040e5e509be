import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { existsSync, mkdirSync } from '../../page/fs.ts';
import { dirname, join } from '../../page/path.ts';
import { playwrightCore } from '../../src/browser-provider.mjs';
import { browsersFrom } from '../../src/kinds.mjs';
import { answers } from '../../src/node-parts.mjs';

describe('what stands for Node in a page', () => {
  it('reads files of the repository by their address on the server, and no others', () => {
    const read = (path: string): string => String(answers['/file']?.(Buffer.from(path)));
    const address = new URL('../../README.md', import.meta.url).pathname;
    expect(read(`/@fs${address}`)).toMatch(/^# GPU tests in real browsers/);
    expect(read('/apps/browser-tests/README.md')).toBe(read(address));
    expect(() => read('/../outside')).toThrow(
      /\[browser-tests\] a page may read files of this repository, got .*outside\. Keep the file in it\./,
    );
  });

  it('unpacks bytes', () => {
    expect(String(answers['/gunzip']?.(gzipSync('twelve bytes')))).toBe('twelve bytes');
  });

  it('joins and cuts paths, finds no file by itself, and writes none', () => {
    expect([join('a/', '/b', 'c'), dirname('/a/b'), dirname('/a')]).toEqual(['a/b/c', '/a', '/']);
    expect(existsSync()).toBe(false);
    expect(mkdirSync).toThrow('[browser-tests] a page writes no files, got mkdirSync(). Leave the file out in src/excluded-files.mjs.');
  });
});

describe('the browsers of a run', () => {
  it('are both, or the one that is named', () => {
    expect([browsersFrom(undefined), browsersFrom('packed')]).toEqual([['f16', 'packed'], ['packed']]);
    expect(() => browsersFrom('none')).toThrow('[browser-tests] browser must be f16 or packed, got none. Leave it out for both.');
  });

  it('take no mocks', async () => {
    const { mocker } = playwrightCore({}).providerFactory({} as never);
    await expect(mocker?.register('session', {} as never)).rejects.toThrow(
      '[browser-tests] tests on a device run real parts, got vi.mock(). Take the part as an argument.',
    );
  });
});
