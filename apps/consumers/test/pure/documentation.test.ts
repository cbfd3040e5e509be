import { examplesIn } from '@halftone/testing/examples';
import { describe, expect, test } from 'vitest';
import { withoutPrograms } from '../../src/documentation.mjs';

const PAGE = [
  '# A',
  '',
  '```ts',
  'first();',
  '```',
  '',
  '<!-- program: x#part -->',
  '',
  '```ts',
  'shown();',
  '```',
  '',
  '<!-- /program -->',
  '',
  '```ts',
  'second();',
  '```',
].join('\n');

describe('the examples of a page', () => {
  test('are its own ones: what it shows of a program is run by the command of programs', () => {
    expect(examplesIn(withoutPrograms(PAGE), 'a.md').map(({ code }) => code.trim())).toEqual(['first();', 'second();']);
  });

  test('keep their line numbers', () => {
    const [all, own] = [PAGE, withoutPrograms(PAGE)].map((text) => examplesIn(text, 'a.md').at(-1)?.line);
    expect(own).toBe(all);
  });
});
