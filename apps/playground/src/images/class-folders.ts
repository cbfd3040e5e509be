/** What a chosen folder has of one class. */
export interface ClassFolder<File> {
  readonly name: string;
  readonly files: readonly File[];
}

/** A file as the browser hands it over with `webkitdirectory`. */
export interface ChosenFile {
  readonly name: string;
  /** Path from the chosen folder on: `flowers/rose/1.jpg`. */
  readonly webkitRelativePath: string;
}

/** A label is one byte. */
const MOST_CLASSES = 256;

/**
 * Sorts the files of a chosen folder into classes: the folders right inside of it, by name.
 *
 * Pure. Hidden files are left out, as are files that lie beside the folders.
 *
 * @param files - as `input.files` gives them
 * @returns the classes in the order of their names, two at least
 * @throws RangeError where there is no class, or one alone, or more than 256
 *
 * @example
 * const file = (path) => ({ name: path.split('/').at(-1), webkitRelativePath: path });
 * classFolders([file('pets/cat/1.png'), file('pets/dog/1.png')]).map(({ name }) => name); // ['cat', 'dog']
 */
export function classFolders<File extends ChosenFile>(files: readonly File[]): readonly ClassFolder<File>[] {
  const found = new Map<string, File[]>();
  for (const file of files) {
    const [, name, ...rest] = file.webkitRelativePath.split('/');
    if (name === undefined || rest.length === 0 || name.startsWith('.') || file.name.startsWith('.')) continue;
    found.set(name, [...(found.get(name) ?? []), file]);
  }
  const classes = [...found].map(([name, own]) => ({ name, files: own })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const [only] = classes;
  if (only === undefined)
    throw new RangeError(
      `[playground] the folder must have a folder for each class inside, got none among ${files.length} files. Sort the images into folders named after their classes.`,
    );
  if (classes.length === 1)
    throw new RangeError(
      `[playground] there must be two classes or more, got one, '${only.name}'. Choose the folder above it, or add a folder for a second class.`,
    );
  if (classes.length > MOST_CLASSES)
    throw new RangeError(
      `[playground] there may be ${MOST_CLASSES} classes, got ${classes.length}. Choose the folder whose folders are the classes.`,
    );
  return classes;
}

/**
 * So many files of each class at most, evenly spread, so that no visitor waits for minutes.
 *
 * Pure.
 */
export function limited<File>(classes: readonly ClassFolder<File>[], most: number): readonly ClassFolder<File>[] {
  const each = Math.max(2, Math.floor(most / classes.length));
  return classes.map(({ name, files }) => ({
    name,
    files: files.length <= each ? files : Array.from({ length: each }, (_, i) => files[Math.floor((i * files.length) / each)] as File),
  }));
}
