import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readGreyPng } from '../../src/grey-png.ts';
import { membraneFiles } from '../../src/membrane-files.ts';
import { pictureCount } from '../../src/membrane-set.ts';
import { createRandom } from '../../src/random.ts';
import { writePng } from './write-png.ts';

const root = mkdtempSync(join(tmpdir(), 'halftone-membranes-'));
afterAll(() => rmSync(root, { recursive: true }));

const noise = createRandom(1, 'png');
const pixels = Uint8Array.from({ length: 13 * 11 }, () => noise.integer(256));

/** Thirty pictures of 4x4 and their masks: white but for a black upper left corner. */
function putMembranes(changes: { readonly side?: number } = {}): string {
  const folder = mkdtempSync(join(root, 'case-'));
  for (const kind of ['image', 'label']) {
    mkdirSync(join(folder, kind));
    for (let i = 0; i < 30; i += 1) {
      const side = i === 29 ? (changes.side ?? 4) : 4;
      const grey = Uint8Array.from({ length: side * side }, (_, at) => (at % side < 2 && at < 2 * side ? 0 : 192));
      writeFileSync(join(folder, kind, `${i}.png`), writePng({ width: side, height: side, pixels: grey }));
    }
  }
  return folder;
}

describe('readGreyPng', () => {
  test.each([[[0]], [[1]], [[2]], [[3]], [[4]], [[4, 3, 2, 1, 0]]])('reads rows filtered by %j', (filters) => {
    expect(readGreyPng(writePng({ width: 13, height: 11, pixels, filters }), 'a.png')).toEqual({ width: 13, height: 11, pixels });
  });

  test('refuses another kind of file by name', () => {
    expect(() => readGreyPng(new Uint8Array(40), 'a.png')).toThrow(/a\.png must be a PNG.*got another kind of file\. Convert it/);
  });

  test('refuses colours, 16 bits and interlacing', () => {
    for (const kind of [
      [8, 2, 0, 0, 0],
      [16, 0, 0, 0, 0],
      [8, 0, 0, 0, 1],
    ])
      expect(() => readGreyPng(writePng({ width: 13, height: 11, pixels, kind }), 'a.png')).toThrow(
        `got depth, colour type, compression, filter, interlace ${kind.join()}`,
      );
  });

  test('refuses a filter that there is not', () => {
    expect(() => readGreyPng(writePng({ width: 13, height: 11, pixels, filters: [5] }), 'a.png')).toThrow('got filter 5');
  });

  test('says that a file is cut short', () => {
    const whole = writePng({ width: 13, height: 11, pixels });
    expect(() => readGreyPng(whole.subarray(0, whole.byteLength - 60), 'a.png')).toThrow(/a\.png cannot be unpacked.*download it again/);
  });

  test('refuses fewer rows than the header says', () => {
    const file = writePng({ width: 13, height: 11, pixels });
    new DataView(file.buffer, file.byteOffset).setUint32(20, 12);
    expect(() => readGreyPng(file, 'a.png')).toThrow('got 154 bytes for 13x12');
  });
});

describe('membraneFiles', () => {
  test('reads 24 pictures to learn from and 6 held out, halved, dark negative, masks 1 on membranes', () => {
    const { train, heldOut } = membraneFiles(putMembranes());
    expect([pictureCount(train), pictureCount(heldOut), train.side]).toEqual([24, 6, 2]);
    expect([...train.pictures.subarray(0, 4)]).toEqual([-2, 1, 1, 1]);
    expect([...heldOut.masks.subarray(0, 4)]).toEqual([1, 0, 0, 0]);
  });

  test('names the file that is missing', () => {
    const folder = putMembranes();
    rmSync(join(folder, 'label', '7.png'));
    expect(() => membraneFiles(folder)).toThrow(/label.7\.png, got no such file\. Put the original files there/);
  });

  test('refuses pictures of different sizes', () => {
    expect(() => membraneFiles(putMembranes({ side: 6 }))).toThrow(/one size, got another one in 29\.png/);
  });

  test('refuses pictures with an odd edge', () => {
    expect(() => membraneFiles(putMembranes({ side: 5 }))).toThrow(/square and even, got 5x5\. Crop it/);
  });
});
