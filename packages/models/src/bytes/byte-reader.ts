import { joinBytes } from './join-bytes.ts';
import { message, ModelFileError } from './model-file-error.ts';

/** Where bytes come from: all at once, on disk, or as they arrive. */
export type ByteInput = ArrayBuffer | Uint8Array | Blob | ReadableStream<Uint8Array | ArrayBuffer>;

/** Bytes in order, each once. */
export interface ByteReader {
  /** Bytes from here to the end, where that is known before they are read. */
  readonly left: number | undefined;
  /** The next `length` bytes, a view where possible; throws where the input ends before. Never sets aside more than has arrived. */
  read(length: number, what: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws unless every byte was read. */
  end(what: string): Promise<void>;
  /** Lets go of the input; nothing more is read. */
  cancel(): Promise<void>;
}

/** Reads bytes, a Blob or a stream in order. */
export function byteReader(input: ByteInput): ByteReader {
  if (input instanceof Blob) return rangeReader(input.size, async (from, to) => new Uint8Array(await input.slice(from, to).arrayBuffer()));
  if (input instanceof ReadableStream) return streamReader(input);
  const bytes = wholeBytes(input);
  return rangeReader(bytes.length, async (from, to) => bytes.subarray(from, to));
}

/** An array or view as bytes; no copy. */
export function wholeBytes(input: unknown): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.byteLength);
  if (Object.prototype.toString.call(input).endsWith('ArrayBuffer]')) return new Uint8Array(input as ArrayBuffer);
  throw new TypeError(
    message('a file must be bytes, a Blob or a ReadableStream', typeof input, 'Read a path first, or fetch(url) and pass response.body.'),
  );
}

function rangeReader(size: number, range: (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>): ByteReader {
  let at = 0;
  return {
    get left() {
      return size - at;
    },
    async read(length, what) {
      if (length > size - at) throw cutShort(what, length, size - at);
      at += length;
      return range(at - length, at);
    },
    async end(what) {
      if (at < size) throw leftOver(what, `${size - at} more`);
    },
    async cancel() {},
  };
}

function streamReader(stream: ReadableStream<Uint8Array | ArrayBuffer>): ByteReader {
  const reader = stream.getReader();
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  const next = async (): Promise<Uint8Array<ArrayBuffer> | null> => {
    const { done, value } = await reader.read();
    return done ? null : wholeBytes(value);
  };
  return {
    left: undefined,
    async read(length, what) {
      const parts = [rest];
      let have = rest.length;
      while (have < length) {
        const chunk = await next();
        if (chunk === null) throw cutShort(what, length, have);
        parts.push(chunk);
        have += chunk.length;
      }
      const joined = parts.length === 1 ? rest : joinBytes(parts);
      rest = joined.subarray(length);
      return joined.subarray(0, length);
    },
    async end(what) {
      let chunk: Uint8Array | null = rest;
      while (chunk !== null && chunk.length === 0) chunk = await next();
      if (chunk === null) return;
      await reader.cancel();
      throw leftOver(what, `at least ${chunk.length} more`);
    },
    async cancel() {
      await reader.cancel();
    },
  };
}

const cutShort = (what: string, wanted: number, have: number): ModelFileError =>
  new ModelFileError(`${what} needs ${wanted} bytes`, `only ${have}`, 'The file is cut short: load it again.');

const leftOver = (what: string, got: string): ModelFileError =>
  new ModelFileError(
    `${what} must end with its last tensor`,
    `${got} bytes`,
    'The file is corrupt or another file follows: load it again.',
  );
