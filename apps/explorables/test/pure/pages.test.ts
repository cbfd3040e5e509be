import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { numberFormats } from '../../src/formats/number-format.ts';
import { parseNumber } from '../../src/formats/parse-number.ts';
import { place } from '../../src/formats/placing.ts';
import gradients from '../../src/loss-scale/gradients.json' with { type: 'json' };
import { sharesTable } from '../../src/loss-scale/words.ts';
import { inFull, inShort, inShortUnlike } from '../../src/shared/number-words.ts';

/** The cells of the first table of a page that begins with this column, without its head. */
function tableOf(page: string, column: string): string[][] {
  const lines = readFileSync(new URL(`../../../../docs/explanation/${page}`, import.meta.url), 'utf8').split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${column} `));
  const rest = lines.slice(head + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('what a reader without JavaScript sees', () => {
  test('of the formats is what the explorable computes', () => {
    const rows = tableOf('number-formats.md', 'number');
    expect(rows.length).toBeGreaterThan(5);
    for (const [text = '', ...cells] of rows) {
      const typed = parseNumber(text);
      if ('problem' in typed) throw new Error(typed.problem);
      expect([text, ...cells]).toEqual([
        text,
        ...numberFormats.map((format) => inShortUnlike(place(typed.value, format).stored, typed.value)),
      ]);
    }
  });

  test('of the limits is what the formats have', () => {
    const rows = new Map(tableOf('number-formats.md', 'format').map(([name = '', ...cells]) => [name.replaceAll('`', ''), cells]));
    for (const { name, bits, exponentBits, mantissaBits, max, minNormal, minSubnormal, hasInfinity } of numberFormats) {
      const [width, parts, largest, normal, smallest, step, , infinity] = rows.get(name) ?? [];
      expect([width, parts, infinity]).toEqual([String(bits), `${exponentBits}, ${mantissaBits}`, hasInfinity ? 'yes' : 'no']);
      expect([largest, normal].map(Number)).toEqual([max, minNormal].map((value) => Number(inShort(value))));
      expect(Number(smallest) / minSubnormal).toBeCloseTo(1, 2);
      expect(step).toMatch(new RegExp(`^2\\^−${mantissaBits},`));
    }
  });

  test('of the gradients is what the recorded data says', () => {
    const rows = tableOf('loss-scaling.md', 'gradient of');
    const [none, scaled] = [sharesTable(gradients, 2, 0).rows, sharesTable(gradients, 2, 16).rows];
    expect(rows).toEqual(none.map((row, i) => [...row.slice(0, 4), ...(scaled[i] ?? []).slice(1, 4)]));
    for (const row of [...none, ...scaled]) expect(row[4]).toBe('0 %');
  });
});

test('numbers in short keep what tells them apart', () => {
  expect([inShort(65504), inShort(1 / 3), inShort(-Infinity), inShort(1e-8)]).toEqual(['65504', '0.3333', '-infinity', '1e-8']);
  expect(inShortUnlike(Math.fround(0.1), 0.1)).toBe('0.100000001');
  expect(inShortUnlike(0.5, 0.5)).toBe('0.5');
  expect([inFull(-0), inFull(NaN)]).toEqual(['-0', 'NaN']);
});
