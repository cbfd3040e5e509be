import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { excludedFiles } from '../../src/excluded-files.mjs';
import { chosenFiles, gpuTestFiles, heavyFiles, quarterFrom } from '../../src/test-choice.mjs';

const root = new URL('../../../../', import.meta.url);

describe('the files of a run', () => {
  const files = gpuTestFiles();
  const open = chosenFiles(files, {});

  it('are those of vitest, but for the ones that stay in Node, each with a reason', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(new Set(files).size).toBe(files.length);
    expect(open).toEqual(files.filter((file) => !(file in excludedFiles)));
    for (const [file, reason] of Object.entries(excludedFiles)) {
      expect(files).toContain(file);
      expect(reason.length).toBeGreaterThan(20);
    }
  });

  it('fall into four quarters that share none and leave none out', () => {
    const quarters = [0, 1, 2, 3].map((quarter) => chosenFiles(files, { quarter }));
    expect(quarters.flat().toSorted()).toEqual(open.toSorted());
    const sizes = quarters.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('that take longest are spread over the quarters', () => {
    for (const file of Object.keys(heavyFiles)) expect(existsSync(new URL(file, root)), file).toBe(true);
    const heavy = [0, 1, 2, 3].map((quarter) => chosenFiles(files, { quarter }).filter((file) => file in heavyFiles).length);
    expect(Math.max(...heavy) - Math.min(...heavy)).toBeLessThanOrEqual(1);
  });

  it('are found by a part of their path', () => {
    expect(chosenFiles(files, { only: 'map-ops' })).toEqual(['packages/webgpu/test/gpu/map-ops.test.ts']);
    expect(() => chosenFiles(files, { only: 'nothing' })).toThrow(
      "[browser-tests] only must be a part of a test file's path, got nothing. See the paths of packages/*/test/gpu.",
    );
  });
});

describe('the quarter of a day', () => {
  const DAY = 86_400_000;

  it('moves on each day and comes back after four', () => {
    expect([0, 1, 2, 3, 4].map((day) => quarterFrom('auto', day * DAY + 5))).toEqual([0, 1, 2, 3, 0]);
    expect(quarterFrom('3', 0)).toBe(3);
    expect(quarterFrom(undefined, 0)).toBeUndefined();
  });

  it('is refused by the values that it takes', () => {
    expect(() => quarterFrom('4', 0)).toThrow('[browser-tests] quarter must be auto, 0, 1, 2 or 3, got 4. Leave it out for all files.');
  });
});
