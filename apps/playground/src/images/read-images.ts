import type { ImageClasses } from '../protocol.ts';
import { classFolders, limited, type ChosenFile } from './class-folders.ts';

/** Pixels along an edge of what the network sees. */
export const IMAGE_SIDE = 32;

/** Images in all; more would take minutes to decode and train no better in a few hundred steps. */
const MOST_IMAGES = 4000;
/** A class needs one image to learn from and one to be judged by. */
const FEWEST = 2;
/** How many unreadable files a message names. */
const NAMED = 3;

/** Decodes one file into RGB numbers from 0 to 1; rejects for what is no image. */
export type DecodeImage<File> = (file: File) => Promise<Float32Array>;

/** The images, and what a visitor should know of them. */
export interface ReadImages {
  readonly images: ImageClasses;
  /** Files that were left out, in one line; `null` for none. */
  readonly note: string | null;
}

/**
 * Reads a folder of classes. Files are decoded in this browser and sent nowhere.
 *
 * @param files - as `input.files` gives them
 * @param decode - {@link decodeImage}
 * @param onProgress - told after each file
 * @throws RangeError as `classFolders` does, and for a class without two readable images
 */
export async function readImages<File extends ChosenFile>(
  files: readonly File[],
  decode: DecodeImage<File>,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ReadImages> {
  const all = classFolders(files);
  const classes = limited(all, MOST_IMAGES);
  const [given, total] = [all, classes].map((list) => list.reduce((sum, { files: own }) => sum + own.length, 0)) as [number, number];
  const unreadable: string[] = [];
  const decoded: { readonly label: number; readonly pixels: Float32Array }[] = [];
  let done = 0;
  for (const [label, { files: own }] of classes.entries())
    for (const file of own) {
      const pixels = await decode(file).catch(() => null); // what no browser can decode is named below
      if (pixels === null) unreadable.push(file.name);
      else decoded.push({ label, pixels });
      done += 1;
      onProgress(done, total);
    }
  for (const [label, { name, files: own }] of classes.entries()) {
    const readable = decoded.filter((image) => image.label === label).length;
    if (readable < FEWEST)
      throw new RangeError(
        `[playground] class '${name}' must have ${FEWEST} images or more that this browser can read, got ${readable} of ${own.length}${named(unreadable)}. Add PNG, JPEG or WebP files, or take the folder out.`,
      );
  }
  const notes = [
    ...(unreadable.length === 0
      ? []
      : [`${unreadable.length} of ${total} files could not be read as images${named(unreadable)}; they are left out`]),
    ...(total < given ? [`${total} of ${given} files are used, as many of each class as there is room for`] : []),
  ];
  return {
    images: joined(
      decoded,
      classes.map(({ name }) => name),
    ),
    note: notes.length === 0 ? null : `${notes.join('. ')}.`,
  };
}

function named(files: readonly string[]): string {
  return files.length === 0 ? '' : ` (${files.slice(0, NAMED).join(', ')}${files.length > NAMED ? ', …' : ''})`;
}

function joined(decoded: readonly { readonly label: number; readonly pixels: Float32Array }[], classes: readonly string[]): ImageClasses {
  const size = IMAGE_SIDE * IMAGE_SIDE * 3;
  const pixels = new Float32Array(decoded.length * size);
  decoded.forEach((image, i) => pixels.set(image.pixels, i * size));
  return { side: IMAGE_SIDE, pixels, labels: Uint8Array.from(decoded, ({ label }) => label), classes };
}
