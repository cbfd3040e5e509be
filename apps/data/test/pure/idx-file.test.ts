import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parseIdx, readIdx } from '../../src/idx-file.ts';
import { mnistData } from '../../src/mnist.ts';

const root = mkdtempSync(join(tmpdir(), 'halftone-idx-'));
let folder = root;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function idx(shape: readonly number[], body: readonly number[] | Uint8Array, type = 0x08): Uint8Array {
  const data = new Uint8Array(4 + 4 * shape.length + body.length);
  data.set([0, 0, type, shape.length]);
  shape.forEach((size, i) => new DataView(data.buffer).setUint32(4 + 4 * i, size));
  data.set(body, 4 + 4 * shape.length);
  return data;
}

const images = (count: number, side = 12): Uint8Array => idx([count, side, side], new Uint8Array(count * side * side).fill(51));
const labels = (count: number): Uint8Array =>
  idx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );
const put = (name: string, data: Uint8Array): void => writeFileSync(join(folder, name), data);

function putPair(pair: 'train' | 't10k', count: number): void {
  put(`${pair}-images-idx3-ubyte.gz`, gzipSync(images(count)));
  put(`${pair}-labels-idx1-ubyte`, labels(count));
}

describe('readIdx', () => {
  test('reads a plain and a compressed file to the same bytes', () => {
    put('plain', idx([2, 2], [1, 2, 3, 4]));
    put('packed', gzipSync(idx([2, 2], [1, 2, 3, 4])));
    const expected = { shape: [2, 2], bytes: Uint8Array.of(1, 2, 3, 4) };
    expect(readIdx(join(folder, 'plain'), 2)).toEqual(expected);
    expect(readIdx(join(folder, 'packed'), 2)).toEqual(expected);
  });

  test('refuses labels where pictures are wanted, naming both magic numbers', () => {
    expect(() => parseIdx(labels(3), 'file', 3)).toThrow(/magic 0x00000803.*got magic 0x00000801/);
  });

  test('refuses elements that are not unsigned bytes', () => {
    expect(() => parseIdx(idx([1], [0, 0, 0, 0], 0x0d), 'file', 1)).toThrow('got magic 0x00000d01');
  });

  test.each([
    ['an empty file', 0],
    ['half a header', 6],
    ['pictures that end early', 100],
  ])('says that it is cut short for %s', (_what, length) => {
    expect(() => parseIdx(images(1).subarray(0, length), 'file', 3)).toThrow(/cut short: .*Download it again/);
  });

  test('refuses a file that is longer than its header says', () => {
    expect(() => parseIdx(new Uint8Array([...labels(3), 0]), 'file', 1)).toThrow(/\(11 bytes for 3\), got 12 bytes/);
  });

  test('refuses a file of nothing', () => {
    expect(() => parseIdx(idx([0], []), 'file', 1)).toThrow('must hold something');
  });

  test('says that a compressed file is damaged or cut short', () => {
    const whole = gzipSync(images(5));
    put('cut.gz', whole.subarray(0, whole.length - 9));
    expect(() => readIdx(join(folder, 'cut.gz'), 3)).toThrow(/cannot be unpacked.*download it again/);
  });

  test('says that a file cannot be read', () => {
    expect(() => readIdx(folder, 3)).toThrow(/cannot be read, got EISDIR/);
  });
});

describe('mnistData', () => {
  test('of the test pictures alone holds out every fifth', () => {
    putPair('t10k', 20);
    const { train, heldOut } = mnistData(folder);
    expect(Array.from(heldOut.labels)).toEqual([4, 9, 4, 9]);
    expect(train.labels.length).toBe(16);
    expect(train.pixels[0]).toBe(Math.fround(51 / 255));
  });

  test('of a whole folder trains on one pair and holds out the other', () => {
    putPair('train', 30);
    putPair('t10k', 20);
    const { train, heldOut } = mnistData(folder);
    expect([train.labels.length, heldOut.labels.length]).toEqual([30, 20]);
  });

  test('trains on as many as asked for and holds out the same ones', () => {
    putPair('t10k', 20);
    const { train, heldOut } = mnistData(folder, { images: 3 });
    expect([train.labels.length, heldOut.labels.length]).toEqual([3, 4]);
  });

  test('says what it wants where there is no such folder', () => {
    expect(() => mnistData(join(folder, 'nowhere'))).toThrow(/must lie in a folder.*IDX files/);
  });

  test('says what it found where there are other files', () => {
    put('cat.png', Uint8Array.of(1));
    expect(() => mnistData(folder)).toThrow(/got .* with cat\.png/);
  });

  test('names the file that is missing beside the other', () => {
    put('t10k-images-idx3-ubyte', images(3));
    expect(() => mnistData(folder)).toThrow(/Put t10k-labels-idx1-ubyte\.gz beside it/);
  });

  test('refuses labels and pictures that do not fit each other', () => {
    put('t10k-images-idx3-ubyte', images(3));
    put('t10k-labels-idx1-ubyte', labels(4));
    expect(() => mnistData(folder)).toThrow('got 4 labels for 3 pictures');
  });

  test('refuses pictures that are not square', () => {
    put('t10k-images-idx3-ubyte', idx([1, 12, 13], new Uint8Array(156)));
    put('t10k-labels-idx1-ubyte', labels(1));
    expect(() => mnistData(folder)).toThrow('got 1x12x13');
  });

  test('refuses labels above 9', () => {
    put('t10k-images-idx3-ubyte', images(1));
    put('t10k-labels-idx1-ubyte', idx([1], [26]));
    expect(() => mnistData(folder)).toThrow(/digits 0 to 9, got 26/);
  });
});
