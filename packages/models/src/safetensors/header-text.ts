import { ModelFileError, show } from '../bytes/model-file-error.ts';

/** One entry of a header as it is written there, not yet compared with anything. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What the text of a header says. */
export interface HeaderText {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: readonly HeaderEntry[];
}

/**
 * Reads the JSON of a safetensors header.
 *
 * `JSON.parse` lets the last of two equal keys win and builds whatever the text says. This reads only what a header can be:
 * names to {dtype, shape, data_offsets}, and `__metadata__` of text to text; a key that comes twice, a key of another name,
 * a fraction or a negative number is an error. Nothing nests, so nothing recurses.
 *
 * @throws ModelFileError with the position of the first thing that is wrong
 */
export function readHeaderText(text: string, maxTensors: number): HeaderText {
  const scan = new Scanner(text);
  const metadata = Object.create(null) as Record<string, string>;
  const entries: HeaderEntry[] = [];
  if (text[0] !== '{') throw scan.wrong("'{' as the first byte");
  scan.object((name) => {
    if (name === '__metadata__') return scan.object((key) => (metadata[key] = scan.string()));
    if (entries.length === maxTensors) {
      throw new ModelFileError(`a file may name ${maxTensors} tensors`, 'more', 'Raise limits.tensors if the file is yours.');
    }
    return entries.push(readEntry(scan, name));
  });
  scan.space();
  if (scan.at < text.length) throw scan.wrong('the end');
  return { metadata, entries };
}

function readEntry(scan: Scanner, name: string): HeaderEntry {
  let dtype: string | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  scan.object((key) => {
    if (key === 'dtype') dtype = scan.string();
    else if (key === 'shape') shape = scan.numbers();
    else if (key === 'data_offsets') offsets = scan.numbers();
    else
      throw new ModelFileError(
        `${show(name)} may have dtype, shape and data_offsets`,
        show(key),
        'The file is of a newer kind, or corrupt.',
      );
  });
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    throw new ModelFileError(
      `${show(name)} must have a dtype, a shape and two data_offsets`,
      'less',
      'The file is corrupt: load it again.',
    );
  }
  return { name, dtype, shape, begin: offsets[0] as number, end: offsets[1] as number };
}

const NUMBER = /(?:0|[1-9][0-9]*)(?![0-9.eE+-])/y;
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const SPACE = /[ \t\n\r]*/y;

class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  wrong(wanted: string): ModelFileError {
    const got = this.at < this.text.length ? show(this.text.slice(this.at, this.at + 20)) : 'the end';
    return new ModelFileError(`the header must have ${wanted} at position ${this.at}`, got, 'The file is corrupt: load it again.');
  }

  match(pattern: RegExp, wanted: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.wrong(wanted);
    this.at += found.length;
    return found;
  }

  space(): void {
    this.match(SPACE, 'space');
  }

  /** Whether the next thing is this sign, which is then passed. */
  takes(sign: string): boolean {
    this.space();
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  expect(sign: string): void {
    if (!this.takes(sign)) throw this.wrong(`'${sign}'`);
  }

  string(): string {
    this.space();
    const start = this.at;
    if (this.text[start] !== '"') throw this.wrong('text');
    let end = this.text.indexOf('"', start + 1);
    while (end >= 0 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end < 0) throw this.wrong('text that ends');
    const plain = this.text.slice(start + 1, end);
    if (PLAIN.test(plain)) {
      this.at = end + 1;
      return plain;
    }
    try {
      const text = JSON.parse(this.text.slice(start, end + 1)) as string;
      if (LONE_SURROGATE.test(text)) throw this.wrong('text of whole characters');
      this.at = end + 1;
      return text;
    } catch (error) {
      throw error instanceof ModelFileError ? error : this.wrong('text without control characters and unknown escapes');
    }
  }

  isEscaped(at: number): boolean {
    let before = at;
    while (this.text[before - 1] === '\\') before--;
    return (at - before) % 2 === 1;
  }

  number(): number {
    this.space();
    const value = Number(this.match(NUMBER, 'a whole number'));
    if (!Number.isSafeInteger(value))
      throw new ModelFileError('a number of the header must be below 2^53', value, 'The file is corrupt or hostile.');
    return value;
  }

  numbers(): number[] {
    const list: number[] = [];
    this.expect('[');
    if (this.takes(']')) return list;
    do {
      if (list.length === MOST_NUMBERS) throw this.wrong(`at most ${MOST_NUMBERS} numbers in a list`);
      list.push(this.number());
    } while (this.takes(','));
    this.expect(']');
    return list;
  }

  /** Hands each key to `value`, which reads what follows; no key comes twice. */
  object(value: (key: string) => unknown): void {
    const seen = new Set<string>();
    this.expect('{');
    if (this.takes('}')) return;
    do {
      const key = this.string();
      if (seen.has(key))
        throw new ModelFileError('a key of the header must come once', `${show(key)} twice`, 'The file is corrupt or hostile.');
      seen.add(key);
      this.expect(':');
      value(key);
    } while (this.takes(','));
    this.expect('}');
  }
}

const MOST_NUMBERS = 4096;
