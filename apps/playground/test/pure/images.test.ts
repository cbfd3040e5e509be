import { describe, expect, it } from 'vitest';
import { classFolders, limited } from '../../src/images/class-folders.ts';
import { IMAGE_SIDE, readImages } from '../../src/images/read-images.ts';

const file = (path: string): { name: string; webkitRelativePath: string } => ({
  name: path.split('/').at(-1) ?? '',
  webkitRelativePath: path,
});
const several = (folder: string, count: number): ReturnType<typeof file>[] =>
  Array.from({ length: count }, (_, i) => file(`${folder}/${i}.png`));
const grey = async (): Promise<Float32Array> => new Float32Array(IMAGE_SIDE * IMAGE_SIDE * 3).fill(0.5);
const pets = [...several('pets/dog', 3), ...several('pets/cat', 2)];

describe('classes of a folder', () => {
  it('are the folders inside, by name, without what is hidden or lies beside them', () => {
    const found = classFolders([
      ...pets,
      file('pets/readme.txt'),
      file('pets/.git/1.png'),
      file('pets/cat/.DS_Store'),
      file('pets/cat/more/2.png'),
    ]);
    expect(found.map(({ name, files }) => [name, files.length])).toEqual([
      ['cat', 3],
      ['dog', 3],
    ]);
  });

  it('must be there', () => {
    expect(() => classFolders([file('pets/1.png')])).toThrow(/got none among 1 files\. Sort the images into folders/);
  });

  it('must be two or more', () => {
    expect(() => classFolders(several('pets/cat', 3))).toThrow(/got one, 'cat'\. Choose the folder above/);
  });

  it('may be 256', () => {
    expect(() => classFolders(Array.from({ length: 257 }, (_, i) => file(`all/c${i}/1.png`)))).toThrow(/got 257\. Choose/);
  });

  it('are cut to what there is room for, evenly', () => {
    expect(
      limited(
        [
          { name: 'a', files: [0, 1, 2, 3, 4, 5] },
          { name: 'b', files: [9] },
        ],
        6,
      ).map(({ files }) => files),
    ).toEqual([[0, 2, 4], [9]]);
  });
});

describe('images of a folder', () => {
  it('are decoded with the class of each', async () => {
    const told: string[] = [];
    const { images, note } = await readImages(pets, grey, (done, total) => void told.push(`${done}/${total}`));
    expect([images.classes, [...images.labels], note]).toEqual([['cat', 'dog'], [0, 0, 1, 1, 1], null]);
    expect(images.pixels).toHaveLength(5 * IMAGE_SIDE * IMAGE_SIDE * 3);
    expect(told.at(-1)).toBe('5/5');
  });

  it('that cannot be read are named and left out', async () => {
    const decode = async (one: { name: string; webkitRelativePath: string }): Promise<Float32Array> => {
      if (one.webkitRelativePath === 'pets/dog/1.png') throw new Error('no image');
      return grey();
    };
    const { images, note } = await readImages(pets, decode);
    expect(images.labels).toHaveLength(4);
    expect(note).toBe('1 of 5 files could not be read as images (1.png); they are left out.');
  });

  it('must be two in each class', async () => {
    const decode = async (one: { webkitRelativePath: string }): Promise<Float32Array> => {
      if (one.webkitRelativePath.includes('/cat/')) throw new Error('no image');
      return grey();
    };
    await expect(readImages(pets, decode)).rejects.toThrow(
      /class 'cat' must have 2 images or more that this browser can read, got 0 of 2 \(0\.png, 1\.png\)\. Add PNG/,
    );
  });
});
