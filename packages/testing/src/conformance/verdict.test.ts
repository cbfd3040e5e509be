import { describe, expect, it } from 'vitest';
import { closingLine, findFlaky, judge } from './verdict.ts';

const allowed = { stock: { s: '' }, accepted: { a: { reason: 'rounding' }, u: { reason: 'unexplained' } }, flaky: { f: '' } };
const run = (passed: string[], ...failing: string[]) => ({
  passed,
  failures: Object.fromEntries(failing.map((name) => [name, `${name} broke`])),
  pending: 1,
});

describe('judge', () => {
  it('calls a failure new when no list names it', () => {
    const verdict = judge(run(['p'], 's', 'a', 'f', 'n'), allowed);
    expect(verdict.newFailures).toEqual({ n: 'n broke' });
    expect([verdict.asInStock, verdict.accepted, verdict.flaky]).toEqual([['s'], ['a'], ['f']]);
    expect(closingLine(verdict)).toBe('1 passed, 1 failed, 4 skipped');
  });

  it('reports listed specs that pass, but not the flaky ones', () => {
    const verdict = judge(run(['s', 'a', 'f', 'p']), allowed);
    expect(verdict.newlyPassing).toEqual(['a']);
    expect(verdict.betterThanStock).toEqual(['s']);
  });

  it('wants a real reason for what is accepted', () => {
    expect(judge(run([], 'u', 'a'), allowed).unexplained).toEqual(['u']);
  });

  it('is not fooled by names that every object has', () => {
    expect(judge(run([], 'toString', 'constructor'), allowed).newFailures).toEqual({
      toString: 'toString broke',
      constructor: 'constructor broke',
    });
  });
});

describe('findFlaky', () => {
  it('names what differs between runs and nothing else', () => {
    expect(findFlaky([run([], 'always', 'sometimes'), run([], 'always'), run([], 'always')])).toEqual({
      sometimes: 'failed in 1 of 3 runs: sometimes broke',
    });
  });
});
