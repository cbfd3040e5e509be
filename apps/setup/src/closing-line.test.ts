import { describe, expect, test } from 'vitest';
import { addTallies, closingLine, nothing, readClosingLine, tallyOf } from './closing-line.mjs';

describe('closing lines', () => {
  test('are read back as they were written', () => {
    const tally = { passed: 12, failed: 3, skipped: 4 };
    expect(readClosingLine(`much talk\n${closingLine(tally)}\n`)).toEqual(tally);
  });
  test('count the last one where a suite prints several', () => {
    expect(readClosingLine('1 passed, 0 failed, 0 skipped\nmore\n2 passed, 0 failed, 1 skipped\n')).toEqual({
      passed: 2,
      failed: 0,
      skipped: 1,
    });
  });
  test('must stand alone on their line', () => {
    expect(readClosingLine('so far 1 passed, 0 failed, 0 skipped\n')).toBeUndefined();
  });
  test('add up, and to nothing where there are none', () => {
    expect(addTallies([])).toEqual(nothing);
    expect(
      addTallies([
        { passed: 1, failed: 2, skipped: 3 },
        { passed: 10, failed: 20, skipped: 30 },
      ]),
    ).toEqual({ passed: 11, failed: 22, skipped: 33 });
  });
});

describe('what a suite counts for', () => {
  test('is its closing line', () => {
    expect(tallyOf('5 passed, 1 failed, 2 skipped\n', 1)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });
  test('is one check where it prints no closing line', () => {
    expect(tallyOf('fine\n', 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(tallyOf('crash\n', 3)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
  test('is a failure after a bad exit code, whatever the line says', () => {
    expect(tallyOf('5 passed, 0 failed, 0 skipped\n', 1)).toEqual({ passed: 5, failed: 1, skipped: 0 });
  });
});
