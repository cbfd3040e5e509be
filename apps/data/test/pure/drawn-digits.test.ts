import { describe, expect, test } from 'vitest';
import { drawDigits, drawnData, DRAWN_SIDE } from '../../src/drawn-digits.ts';
import type { ImageSet } from '../../src/image-set.ts';

const SIZE = DRAWN_SIDE * DRAWN_SIDE;

function centroids({ pixels, labels }: ImageSet): Float64Array[] {
  const sums = Array.from({ length: 10 }, () => new Float64Array(SIZE));
  const counts = new Float64Array(10);
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
    const sum = sums[label] ?? new Float64Array(SIZE);
    for (let j = 0; j < SIZE; j += 1) sum[j] = (sum[j] ?? 0) + (pixels[i * SIZE + j] ?? 0);
  }
  return sums.map((sum, label) => sum.map((value) => value / (counts[label] ?? 1)));
}

function nearest(centers: readonly Float64Array[], picture: Float32Array): number {
  const distances = centers.map((center) => center.reduce((sum, value, j) => sum + (value - (picture[j] ?? 0)) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
}

function centroidAccuracy(seed: number): number {
  const { train, heldOut } = drawnData(1000, 300, seed);
  const centers = centroids(train);
  const right = Array.from(heldOut.labels).filter(
    (label, i) => nearest(centers, heldOut.pixels.subarray(i * SIZE, (i + 1) * SIZE)) === label,
  );
  return right.length / heldOut.labels.length;
}

describe('the drawn digits', () => {
  test('are the same pixels for the same seed', () => {
    expect(drawDigits(20, 5, 'train')).toEqual(drawDigits(20, 5, 'train'));
  });

  test('differ from seed to seed and between the pictures to learn from and the held-out ones', () => {
    const { train, heldOut } = drawnData(20, 20, 5);
    expect(train.pixels).not.toEqual(drawDigits(20, 6, 'train').pixels);
    expect(train.pixels).not.toEqual(heldOut.pixels);
  });

  test('hold every digit equally often', () => {
    const counts = Array.from({ length: 10 }, (_, digit) => drawDigits(50, 1, 'train').labels.filter((label) => label === digit).length);
    expect(counts).toEqual(Array.from({ length: 10 }, () => 5));
  });

  test('are grey values from paper to ink, with ink in every picture', () => {
    const { pixels } = drawDigits(100, 3, 'train');
    expect(Math.min(...pixels)).toBe(0);
    expect(Math.max(...pixels)).toBeLessThanOrEqual(1);
    const darkest = Array.from({ length: 100 }, (_, i) => Math.max(...pixels.subarray(i * SIZE, (i + 1) * SIZE)));
    expect(Math.min(...darkest)).toBeGreaterThan(0.4);
  });

  test('are never drawn twice alike', () => {
    const { pixels } = drawDigits(200, 1, 'train');
    const texts = Array.from({ length: 200 }, (_, i) => pixels.subarray(i * SIZE, (i + 1) * SIZE).join());
    expect(new Set(texts).size).toBe(200);
  });

  test('look different digit by digit: the mean pictures of any two are apart', () => {
    const centers = centroids(drawDigits(500, 1, 'train'));
    const apart = centers.flatMap((a, i) =>
      centers.slice(i + 1).map((b) => Math.sqrt(a.reduce((sum, value, j) => sum + (value - (b[j] ?? 0)) ** 2, 0))),
    );
    expect(Math.min(...apart)).toBeGreaterThan(0.5);
  });

  test.each([1, 2, 3])('are an honest task: the nearest mean picture names over half of them and by far not all (seed %i)', (seed) => {
    const accuracy = centroidAccuracy(seed);
    expect(accuracy).toBeGreaterThan(0.5);
    expect(accuracy).toBeLessThan(0.85);
  });
});
