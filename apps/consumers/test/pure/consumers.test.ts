import { describe, expect, it } from 'vitest';
import { cases, clashes } from '../../src/cases.mjs';
import { broughtAlong } from '../../src/installed.mjs';
import { projects } from '../../src/projects.mjs';
import { situationExamples } from '../../src/situations.mjs';
import { Missing, Verdicts } from '../../src/verdicts.mjs';

describe('what packages bring along', () => {
  const installed = new Map([
    ['@halftone/optimizer', ['@halftone/policy', 'left-pad']],
    ['@halftone/policy', []],
    ['left-pad', []],
    ['@tensorflow/tfjs-core', ['long']],
    ['long', []],
  ]);
  it('is all that stock packages do not need themselves', () => {
    expect(broughtAlong(installed, ['@tensorflow/tfjs-core'])).toEqual(['@halftone/optimizer', '@halftone/policy', 'left-pad']);
  });
  it('is everything where nothing stock was asked for', () => {
    expect(broughtAlong(installed, [])).toHaveLength(5);
  });
});

describe('the table of cases', () => {
  it('uses each project', () => {
    expect(new Set(cases.map(({ project }) => project))).toEqual(new Set(Object.keys(projects)));
  });
  it('names each case once', () => {
    const names = [...cases, ...clashes].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('verdicts', () => {
  const judge = async (required: readonly string[], run: () => Promise<string>): Promise<unknown> => {
    const verdicts = new Verdicts(new Set(required), () => undefined);
    await verdicts.judge('a case', run);
    return verdicts.list[0]?.ending;
  };
  const lacksBrowser = (): Promise<string> => Promise.reject(new Missing('browser', 'there is none'));
  it('counts a lack as a skip, and as a failure where it is required', async () => {
    expect(await judge([], lacksBrowser)).toBe('skipped');
    expect(await judge(['vulkan'], lacksBrowser)).toBe('skipped');
    expect(await judge(['browser'], lacksBrowser)).toBe('failed');
  });
  it('counts any other error as a failure', async () => {
    expect(await judge([], () => Promise.reject(new Error('no')))).toBe('failed');
    expect(await judge([], async () => 'well')).toBe('passed');
  });
});

describe('the README’s table of situations', () => {
  const readme =
    '# A\n\n## Your situation, and what to use\n\n| you have | use | the line |\n| --- | --- | --- |\n| a GPU | `@halftone/webgpu` | `f(x)` |\n| numbers | `@halftone/float16` | `g(values)` |\n| CUDA | planned |  |\n\n## Next\n\n| a | b | `h()` |\n';
  it('gives an example for each row that has a line', () => {
    const examples = situationExamples(readme);
    expect(examples.map(({ line }) => line)).toEqual([7, 8]);
    expect(examples[0]?.code).toMatch(/useWebGPU\(\)[\s\S]*f\(x\);[\s\S]*dispose/);
    expect(examples[1]?.code).not.toMatch(/useWebGPU/);
  });
  it('must be there', () => {
    expect(() => situationExamples('# A\n')).toThrow(/Correct situations.mjs/);
  });
});
