import { describe, expect, test } from 'vitest';
import { cudaFinding, type TrainedInside } from '../../src/programs/cuda-finding.ts';
import { threeLinesFinding, type TrainedNetwork } from '../../src/programs/three-lines-finding.ts';

const network: TrainedNetwork = { plugin: 'webgpu', losses: [2, 1, 0.5], accuracy: 0.96, peakBytes: 2 ** 22, skipped: 0, scale: null };
const half: TrainedNetwork = { ...network, peakBytes: 2 ** 21, scale: 2 ** 15, skipped: 1 };
const failed = (changes: Partial<TrainedNetwork>): string[] =>
  threeLinesFinding({ float32: network, mixed: { ...half, ...changes }, length: 'full' })
    .claims.filter(({ holds }) => !holds)
    .map(({ what }) => what);

describe('what three lines promise', () => {
  test('holds for a training that is as good in half the bytes, and the table says so', () => {
    expect(failed({})).toEqual([]);
    const { rows } = threeLinesFinding({ float32: network, mixed: half, length: 'full' });
    expect(rows).toEqual([
      ['accuracy on digits never seen', '96.0 %', '96.0 %'],
      ['loss at the end', '0.5000', '0.5000'],
      ['most bytes on the device, pictures left out', '4.0 MiB', '2.0 MiB'],
      ['steps skipped', '-', 1],
      ['loss scale at the end', '-', '2^15'],
    ]);
  });

  test.each([
    [{ accuracy: 0.94 }, /names unseen digits as well/],
    [{ accuracy: 0.98 }, /names unseen digits as well/],
    [{ accuracy: Number.NaN }, /names unseen digits as well/],
    [{ losses: [2, 1, 0.6] }, /same loss/],
    [{ losses: [2, 1, Number.NaN] }, /same loss/],
    [{ peakBytes: 2 ** 22 }, /75 % of the bytes/],
  ])('breaks for %j', (changes, promise) => {
    expect(failed(changes)).toEqual([expect.stringMatching(promise)]);
  });
});

const inside: TrainedInside = {
  losses: [1, 0.5],
  accuracy: 0.96,
  peakBytes: 2 ** 22,
  inside: { version: '2.21.0', device: 'cpu', formats: 'float32, float16', halfProducts: 0, casts: 0, casts32: 0, handles: [22, 22] },
};
const facts = (changes: Partial<TrainedInside>, counted: Partial<NonNullable<TrainedInside['inside']>> = {}) => {
  const half = { ...inside, peakBytes: 2 ** 21, ...changes };
  const mixed = half.inside === null ? half : { ...half, inside: { ...half.inside, halfProducts: 0.4, casts: 15, casts32: 8, ...counted } };
  return cudaFinding({ doctor: [['doctor: Node', 'ok', '20']], float32: inside, mixed, length: 'full' });
};
const broken = (...args: Parameters<typeof facts>): string[] => facts(...args).claims.flatMap(({ holds, what }) => (holds ? [] : what));

describe('what the tutorial of CUDA promises', () => {
  test('holds for a training in half, with the counters and the doctor in its table', () => {
    expect(broken({})).toEqual([]);
    expect(facts({}).rows).toContainEqual(['casts in one step, to half and back', '0, 0', '15, 8']);
    expect(facts({}).rows.at(-1)).toEqual(['doctor: Node', 'ok', '20']);
  });

  test.each([
    [{}, { halfProducts: 0 }, /multiplies halves/],
    [{}, { handles: [22, 23] }, /no handle is left behind/],
    [{ peakBytes: 2 ** 22 }, {}, /fewer bytes/],
    [{ accuracy: 0.5 }, {}, /names unseen digits as well/],
  ])('breaks for %j %j', (changes, counted, promise) => {
    expect(broken(changes, counted)).toEqual([expect.stringMatching(promise)]);
  });

  test('says nothing about TensorFlow where there is none', () => {
    const { claims, rows, numbers } = facts({ inside: null });
    expect(claims.length).toBe(3);
    expect(rows.some(([what]) => String(what).includes('handles'))).toBe(false);
    expect(Object.keys(numbers)).not.toContain('castsInAStep');
  });
});
