import { expect, test } from 'vitest';
import { segmentationFinding, type Sums, type TrainedUnet } from '../../src/programs/segmentation-finding.ts';

const SIDE = 4;
const trained = (policy: string, membranes: number, cells = 0.93): TrainedUnet => ({
  policy,
  membranes,
  cells,
  losses: [1.2, 0.6],
  chances: new Float32Array(2 * SIDE * SIDE).fill(0.25),
  peakBytes: 2 ** 21,
  skipped: 0,
});
const heldOut = { side: SIDE, pictures: new Float32Array(2 * SIDE * SIDE).fill(-3), masks: new Float32Array(2 * SIDE * SIDE).fill(1) };
const right: Sums = { cells: 98_304, loss: 0.25 };
const overflown: Sums = { cells: Infinity, loss: Number.NaN };
const judge = (mixed: TrainedUnet, { sums = [right, right, overflown], oneByOne = 2048 } = {}) =>
  segmentationFinding([trained('float32', 0.75), mixed], { sums, oneByOne, heldOut, length: 'full' });
const failed = (finding: ReturnType<typeof judge>): readonly string[] =>
  finding.claims.filter(({ holds }) => !holds).map(({ what }) => what);

test('all promises hold for Dice within 0.01 and a sum that only plain float16 loses', () => {
  expect(failed(judge(trained('mixed_float16', 0.759)))).toEqual([]);
});

test('a Dice that is 0.02 off breaks the promise, of membranes or of cells, and so does one that is no number', () => {
  for (const mixed of [trained('m', 0.77), trained('m', 0.73), trained('m', 0.75, 0.95), trained('m', Number.NaN)])
    expect(failed(judge(mixed))[0]).toContain('Dice within 0.01');
});

test('a network that finds no cells has not learned', () => {
  const blind = segmentationFinding([trained('float32', 0.75, 0.5), trained('m', 0.75, 0.5)], {
    sums: [right, right, overflown],
    oneByOne: 2048,
    heldOut,
    length: 'full',
  });
  expect(failed(blind)).toHaveLength(1);
  expect(failed(blind)[0]).toContain('has learned');
});

test('the overflow must happen where it is promised, and nowhere else', () => {
  const mixed = trained('m', 0.75);
  expect(failed(judge(mixed, { sums: [right, right, right] }))[0]).toContain('is infinite');
  expect(failed(judge(mixed, { sums: [{ cells: 60_000, loss: 0.25 }, { cells: 60_000, loss: 0.25 }, overflown] }))[0]).toContain(
    'larger than 65,504',
  );
  expect(failed(judge(mixed, { sums: [right, overflown, overflown] }))[0]).toContain('adds up in float32');
  expect(failed(judge(mixed, { oneByOne: 32 }))[0]).toContain('stops at 2,048');
});

test('the picture shows both pictures in the range of grey, with their truth and what each network found', () => {
  const [picture] = judge(trained('m', 0.75)).pictures;
  if (picture?.kind !== 'images') throw new Error('it must be of images');
  expect(picture.rows.map(({ images }) => images.map(({ label }) => label))).toEqual(Array(2).fill(['picture', 'truth', 'float32', 'm']));
  expect(picture.rows[0]?.images.map(({ values }) => [values.length, values[0]])).toEqual([
    [16, 0],
    [16, 1],
    [16, 0.25],
    [16, 0.25],
  ]);
});
