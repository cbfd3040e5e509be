import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/finding.ts';
import { findingText } from '../../src/node/finding-table.ts';
import { outcomeJson } from '../../src/outcome-json.ts';
import { LiveCurve } from '../../src/page/live-curve.ts';
import { picturesSvg } from '../../src/picture/picture-svg.ts';
import { loadProgram, programNames } from '../../src/program-names.ts';

const finding: Finding = {
  columns: ['', 'float32', 'mixed'],
  rows: [['loss', 0.5, Number.NaN]],
  claims: [
    { what: 'one is one', holds: true, found: '1' },
    { what: 'one is two', holds: false, found: '1 and 2' },
  ],
  numbers: { loss: Number.POSITIVE_INFINITY, accuracy: 0.25 },
  pictures: [
    {
      kind: 'curves',
      title: 'Loss',
      x: 'step',
      y: 'loss',
      series: [
        {
          name: 'float32',
          points: [
            [1, 2],
            [2, 1],
          ],
        },
        {
          name: 'mixed <half>',
          points: [
            [1, Number.NaN],
            [2, 1],
          ],
        },
      ],
      summary: 'It falls.',
    },
    {
      kind: 'images',
      title: 'Masks & more',
      rows: [{ caption: 'first', images: [{ label: 'a "mask"', side: 2, values: Float32Array.of(0, 0.5, 1, 2) }] }],
      summary: 'One image.',
    },
  ],
};

describe('a finding', () => {
  test('is a table and a line a claim on a terminal', () => {
    const text = findingText(finding);
    expect(text).toMatch(/│ loss │ 0\.5 +│ NaN +│/);
    expect(text).toContain('holds   one is one (1)');
    expect(text).toContain('FAILED  one is two (1 and 2)');
  });

  test('is JSON without pixels, and with null for what is not finite', () => {
    const json = outcomeJson({ finding, device: 'd', source: 's', seconds: 1.234 }, { name: 'x', length: 'short', seed: 1 });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json.numbers).toEqual({ loss: null, accuracy: 0.25 });
    expect(json.rows).toEqual([['loss', 0.5, null]]);
    expect(json.curves.map(({ title }) => title)).toEqual(['Loss']);
    expect(JSON.stringify(json)).not.toContain('mask');
  });

  test('is drawn as one SVG with titles, names and images inside of it', () => {
    const svg = picturesSvg(finding.pictures);
    expect(svg.match(/<svg/g)).toHaveLength(3);
    expect(svg).toContain('data:image/png;base64,iVBOR');
    expect(svg).toContain('mixed &lt;half&gt;');
    expect(svg).toContain('<desc>One image.</desc>');
    expect(svg).not.toContain('NaN');
  });

  test('without a picture is refused by the command', () => {
    expect(() => picturesSvg([])).toThrow(/needs a picture to be drawn, got none\. Leave --picture out/);
  });
});

describe('the live curve', () => {
  test('has a series for each part, thinned out, the last point always among them', () => {
    const curve = new LiveCurve();
    expect(curve.picture()).toBeNull();
    for (let step = 1; step <= 1001; step += 1) curve.add({ what: 'float32', step, steps: 1001, loss: 1 / step });
    curve.add({ what: 'mixed', step: 1, steps: 2, loss: 3 });
    curve.add({ what: 'mixed', step: 2, steps: 2 });
    const picture = curve.picture();
    expect(picture?.series.map(({ name, points }) => [name, points.at(-1)?.[0]])).toEqual([
      ['float32', 1001],
      ['mixed', 1],
    ]);
    expect(picture?.series[0]?.points.length).toBeLessThan(402);
    expect(picture?.summary).toBe('Now: float32 0.000999, mixed 3.00.');
  });
});

describe('the table of programs', () => {
  test('names each program as its file does, and what it can run on', async () => {
    expect(programNames()).toContain('three-lines');
    for (const name of programNames()) {
      const program = await loadProgram(name);
      expect(program.name).toBe(name);
      expect(program.title).toMatch(/\S{3}/);
      expect(program.plugins.length).toBeGreaterThan(0);
    }
  });

  test('refuses another name', async () => {
    await expect(loadProgram('four-lines')).rejects.toThrow(/must be one of three-lines.*got four-lines\. Name one/);
  });
});
