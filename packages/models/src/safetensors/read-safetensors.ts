import { type ByteInput, byteReader, wholeBytes } from '../bytes/byte-reader.ts';
import { type FileLimits, limitsOf } from '../bytes/limits.ts';
import { message, show } from '../bytes/model-file-error.ts';
import { readHeader } from './header.ts';
import { type SafetensorsFile, type SafetensorsInfo, type SafetensorsTensor, tensorOver } from './tensor.ts';

/** Options of {@link readSafetensors} and {@link openSafetensors}. */
export interface SafetensorsOptions {
  /** What a file may ask for; `defaultFileLimits` unless set, each alone. */
  readonly limits?: Partial<FileLimits> | undefined;
}

/** An open file whose header was read and checked. */
export interface SafetensorsReader {
  /** Free text about the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What is in the file, in the order of its bytes. */
  readonly infos: readonly SafetensorsInfo[];
  /** Each tensor in turn; what was handed out before is not kept. Throws where the file ends too early or too late. */
  tensors(): AsyncGenerator<SafetensorsTensor, void, undefined>;
  /** One tensor by its name: from bytes and from a Blob at any time, not from a stream. */
  read(name: string): Promise<SafetensorsTensor>;
}

/**
 * Opens a safetensors file and reads its header alone.
 *
 * So that a file larger than memory can be used tensor by tensor: a `Blob` is read in parts, a stream as it arrives.
 *
 * Waits for the header. Allocates for the header and, later, for one tensor at a time; from bytes the tensors are views.
 *
 * @param input - the bytes, a `Blob` or `File`, or a stream such as `response.body`
 * @param options - `limits`
 * @returns the reader; a stream can be gone through once
 * @throws ModelFileError if the header breaks a rule of the format or a limit; TypeError if `input` holds no bytes
 * @see the format: https://github.com/huggingface/safetensors#format
 *
 * @example
 * const file = await openSafetensors(writeSafetensors([{ name: 'w', dtype: 'F32', shape: [2], values: new Float32Array([1, 2]) }]));
 * file.infos[0].shape; // [2]
 * (await file.read('w')).values; // Float32Array [1, 2]
 */
export async function openSafetensors(input: ByteInput, options: SafetensorsOptions = {}): Promise<SafetensorsReader> {
  const limits = limitsOf(options.limits);
  const reader = byteReader(input);
  const header = await readHeader(reader, limits).catch(async (error: unknown) => {
    await reader.cancel();
    throw error;
  });
  const places = new Map(header.infos.map((info) => [info.name, info]));
  const isStream = input instanceof ReadableStream;
  let used = false;

  return {
    metadata: header.metadata,
    infos: header.infos.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    async *tensors() {
      if (isStream && used) throw new Error(message('a stream can be read once', 'a second pass', 'Pass a Blob to read twice.'));
      used = true;
      const source = isStream ? reader : byteReader(input);
      try {
        if (!isStream) await source.read(header.bytes, 'the header');
        for (const info of header.infos) yield tensorOver(info, await source.read(info.end - info.begin, show(info.name)));
        await source.end('the file');
      } finally {
        await source.cancel();
      }
    },
    async read(name) {
      const info = places.get(name);
      if (info === undefined)
        throw new RangeError(message('a tensor must be in the file', show(name), 'See infos for the names that are.'));
      if (isStream)
        throw new Error(message('one tensor cannot be picked from a stream', show(name), 'Go through tensors(), or pass a Blob.'));
      const [from, to] = [header.bytes + info.begin, header.bytes + info.end];
      const bytes =
        input instanceof Blob ? new Uint8Array(await input.slice(from, to).arrayBuffer()) : wholeBytes(input).subarray(from, to);
      return tensorOver(info, bytes);
    },
  };
}

/**
 * Reads a whole safetensors file as plain data.
 *
 * The format in which PyTorch and Hugging Face keep weights: nothing in it runs, and halves stay halves.
 *
 * From bytes each tensor is a view of them where they are aligned, which files of the reference library always are; a Blob or
 * a stream is read tensor by tensor into arrays of their own. Waits for the input only.
 *
 * @param input - the bytes, a `Blob` or `File`, or a stream such as `response.body`
 * @param options - `limits`
 * @returns metadata and tensors in the order of their bytes; views keep the given bytes alive
 * @throws ModelFileError if the file breaks a rule of the format or a limit; TypeError if `input` holds no bytes
 * @see the format: https://github.com/huggingface/safetensors#format
 *
 * @example
 * const bytes = writeSafetensors([{ name: 'w', dtype: 'F16', shape: [2], bits: new Uint16Array([0x3c00, 0x4000]) }]);
 * const { tensors } = await readSafetensors(bytes);
 * tensors[0].bits; // Uint16Array [0x3c00, 0x4000]
 */
export async function readSafetensors(input: ByteInput, options: SafetensorsOptions = {}): Promise<SafetensorsFile> {
  const file = await openSafetensors(input, options);
  const tensors: SafetensorsTensor[] = [];
  for await (const tensor of file.tensors()) tensors.push(tensor);
  return { metadata: file.metadata, tensors };
}
