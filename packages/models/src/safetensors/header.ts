import type { ByteReader } from '../bytes/byte-reader.ts';
import type { FileLimits } from '../bytes/limits.ts';
import { ModelFileError, show } from '../bytes/model-file-error.ts';
import { dtypeNames, dtypes, isDType } from './dtype.ts';
import { type HeaderEntry, readHeaderText } from './header-text.ts';
import { type SafetensorsInfo, sizeOf } from './tensor.ts';

/** A tensor of a header that was checked: it begins where the one before it ends, and its bytes are those of its shape. */
export interface PlacedInfo extends SafetensorsInfo {
  /** From the first byte of data. */
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their bytes. */
  readonly infos: readonly PlacedInfo[];
  /** Bytes of the file before the first byte of data. */
  readonly bytes: number;
}

/** Reads and checks the header at the start of a file; asks for nothing that the file did not first prove to have. */
export async function readHeader(reader: ByteReader, limits: FileLimits): Promise<Header> {
  const prefix = await reader.read(8, 'the length of the header');
  if (prefix[0] === 0x1f && prefix[1] === 0x8b) {
    throw new ModelFileError(
      'a safetensors file must not be compressed',
      'gzip',
      "Pass stream.pipeThrough(new DecompressionStream('gzip')); the limits hold for what comes out of it.",
    );
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (length > limits.headerBytes) {
    throw new ModelFileError(
      `the header may have ${limits.headerBytes} bytes`,
      length,
      'Is this a safetensors file? If so, raise limits.headerBytes.',
    );
  }
  const { metadata, entries } = readHeaderText(asText(await reader.read(length, 'the header')), limits.tensors);
  const infos = placed(entries, limits);
  const total = infos.at(-1)?.end ?? 0;
  if (total > limits.totalBytes) {
    throw new ModelFileError(
      `a file may have ${limits.totalBytes} bytes of tensors`,
      total,
      'Raise limits.totalBytes if the file is yours.',
    );
  }
  if (reader.left !== undefined && reader.left !== total) {
    throw new ModelFileError(
      `the tensors of the header fill ${total} bytes`,
      `${reader.left} in the file`,
      'The file is corrupt or cut short: load it again.',
    );
  }
  return { metadata, infos, bytes: 8 + length };
}

function asText(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ModelFileError('the header must be UTF-8', 'other bytes', 'Is this a safetensors file?', { cause });
  }
}

/** The rules of the format: no gap, no overlap, no byte that belongs to no tensor. */
function placed(entries: readonly HeaderEntry[], limits: FileLimits): PlacedInfo[] {
  let start = 0;
  return entries
    .slice()
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
    .map(({ name, dtype, shape, begin, end }) => {
      if (!isDType(dtype)) {
        throw new ModelFileError(
          `the dtype of ${show(name)} must be one of ${dtypeNames}`,
          show(dtype),
          'Convert that tensor where the file is made.',
        );
      }
      const bytes = sizeOf(name, shape, limits) * dtypes[dtype].bytes;
      if (begin !== start || end < begin) {
        throw new ModelFileError(
          `${show(name)} must begin where the tensor before it ends, at ${start}`,
          `${begin} to ${end}`,
          'The file is corrupt.',
        );
      }
      if (end - begin !== bytes) {
        throw new ModelFileError(
          `${show(name)} of shape ${show(shape)} and ${dtype} needs ${bytes} bytes`,
          end - begin,
          'The file is corrupt.',
        );
      }
      if (bytes > limits.tensorBytes) {
        throw new ModelFileError(
          `${show(name)} may have ${limits.tensorBytes} bytes`,
          bytes,
          'Raise limits.tensorBytes if the machine can hold it.',
        );
      }
      start = end;
      return { name, dtype, shape, begin, end };
    });
}
