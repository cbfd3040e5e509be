import { expect, test } from 'vitest';
import { languageFinding, type TrainedGpt } from '../../src/programs/language-finding.ts';

const trained = (policy: string, heldOut: number): TrainedGpt => ({
  policy,
  heldOut,
  losses: [4.2, 2.2],
  text: 'To be\nor',
  peakBytes: 3 * 2 ** 20,
  skipped: 0,
});
const whole = { storage: 'float32', sum: 1 } as const;
const half = { storage: 'float16', sum: 1 } as const;
const ruined = { storage: 'float16', sum: Number.NaN } as const;
const rows = [
  { usual: whole, small: whole },
  { usual: whole, small: half },
  { usual: ruined, small: half },
];
const judge = (mixed: number, given: typeof rows = rows) =>
  languageFinding([trained('float32', 2), trained('mixed_float16', mixed)], { rows: given, characters: 65, length: 'short' });
const failed = (finding: ReturnType<typeof judge>): readonly string[] =>
  finding.claims.filter(({ holds }) => !holds).map(({ what }) => what);

test('all promises hold for losses within 2 % and a mask that only plain float16 loses', () => {
  expect(failed(judge(2.03))).toEqual([]);
  expect(failed(judge(1.97))).toEqual([]);
});

test('a loss that is 2.5 % off breaks the promise, better or worse, and so does one that is no number', () => {
  for (const loss of [2.05, 1.95, Number.NaN]) expect(failed(judge(loss))[0]).toContain('within 2 %');
});

test('a model that only guesses has not learned', () => {
  const guesses = languageFinding([trained('float32', 4.1), trained('mixed_float16', 4.1)], { rows, characters: 65, length: 'short' });
  expect(failed(guesses)).toHaveLength(1);
  expect(failed(guesses)[0]).toContain('has learned');
});

test('a hidden row that mixed precision ruins breaks a promise, and so does one that plain float16 keeps', () => {
  expect(failed(judge(2, [rows[0]!, { usual: ruined, small: half }, rows[2]!]))[0]).toContain('in mixed precision a mask');
  expect(failed(judge(2, [rows[0]!, rows[1]!, { usual: half, small: half }]))[0]).toContain('is ruined');
  expect(failed(judge(2, [rows[0]!, { usual: whole, small: whole }, rows[2]!]))[0]).toContain('stay in half');
});

test('line breaks of what a model writes are shown as strokes', () => {
  expect(judge(2).rows.find(([name]) => name === 'it writes')).toEqual(['it writes', 'To be / or', 'To be / or', '-']);
});

test('the second picture shows how far each batch is from float32', () => {
  const one = { ...trained('mixed_float16', 2), losses: [4.25, 2.1] };
  const [, apart] = languageFinding([trained('float32', 2), one], { rows, characters: 65, length: 'short' }).pictures;
  if (apart?.kind !== 'curves') throw new Error('it must be of curves');
  expect(apart.series.map(({ points }) => points.map(([step, gap]) => [step, gap.toFixed(2)]))).toEqual([
    [
      [1, '0.05'],
      [2, '-0.10'],
    ],
  ]);
  expect(apart.summary).toContain('0.100 in mixed_float16');
});
