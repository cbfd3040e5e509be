import { joinBytes } from '../../bytes/join-bytes.ts';
import type { ByteInput } from '../../bytes/byte-reader.ts';
import { byteReader } from '../../bytes/byte-reader.ts';
import type { FileLimits } from '../../bytes/limits.ts';
import { limitsOf } from '../../bytes/limits.ts';
import { ModelFileError, show } from '../../bytes/model-file-error.ts';
import { readHeader } from '../../safetensors/header.ts';
import type { SafetensorsTensor } from '../../safetensors/tensor.ts';
import { dataOf, tensorOver } from '../../safetensors/tensor.ts';
import { safetensorsParts } from '../../safetensors/write-safetensors.ts';
import { crc32c } from '../../bytes/crc32c.ts';
import type { JsonRecord } from './json.ts';
import { asRecord } from './json.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './manifest.ts';

/** A checkpoint as it lies in its file: a manifest, and tensors by name. */
export interface CheckpointFile {
  readonly manifest: Manifest;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** What we write into the metadata of the safetensors file. */
const KEYS = { header: 'halftone.header', manifest: 'halftone.checkpoint', checksums: 'halftone.checksums' } as const;
const NO_CHECKSUM = '00000000';
const REMEDY = 'The file is cut short or corrupt: restore another one.';

/**
 * Lays out a checkpoint as one safetensors file: its manifest and the checksum of each tensor are metadata, and a last checksum
 * covers the header itself, with zeros in its own place. The parts after the first are views of the given arrays.
 */
export function checkpointParts(manifest: Manifest, tensors: readonly SafetensorsTensor[]): Uint8Array<ArrayBuffer>[] {
  const checksums = Object.fromEntries(tensors.map((tensor) => [tensor.name, crc32c(bytesOf(tensor))]));
  const metadata = { [KEYS.header]: NO_CHECKSUM, [KEYS.manifest]: JSON.stringify(manifest), [KEYS.checksums]: JSON.stringify(checksums) };
  const parts = safetensorsParts(tensors, { metadata });
  const [header] = parts as [Uint8Array<ArrayBuffer>];
  new TextEncoder().encodeInto(crc32c(header), header.subarray(checksumPlace(header)));
  return parts;
}

/** Reads a whole checkpoint and checks every byte of it; allocates no more than the file proved to have. */
export async function readCheckpoint(input: ByteInput, given: Partial<FileLimits> | undefined): Promise<CheckpointFile> {
  const limits = limitsOf(given);
  const source = byteReader(input);
  const seen: Uint8Array[] = [];
  try {
    const header = await readHeader(
      {
        get left() {
          return source.left;
        },
        async read(length, what) {
          const bytes = await source.read(length, what);
          seen.push(bytes);
          return bytes;
        },
        end: (what) => source.end(what),
        cancel: () => source.cancel(),
      },
      limits,
    );
    checkHeader(joinBytes(seen));
    const manifest = readManifest(header.metadata[KEYS.manifest] ?? '');
    const checksums = readChecksums(header.metadata[KEYS.checksums] ?? '');
    const tensors = new Map<string, SafetensorsTensor>();
    for (const info of header.infos) {
      const bytes = await source.read(info.end - info.begin, show(info.name));
      if (!Object.hasOwn(checksums, info.name) || checksums[info.name] !== crc32c(bytes)) {
        throw new ModelFileError(`the checksum of ${show(info.name)} must be that of its bytes`, crc32c(bytes), REMEDY);
      }
      tensors.set(info.name, tensorOver(info, bytes));
    }
    await source.end('the checkpoint');
    return { manifest, tensors };
  } finally {
    await source.cancel();
  }
}

function readChecksums(text: string): JsonRecord {
  try {
    return asRecord(JSON.parse(text), 'checksums');
  } catch (cause) {
    throw new ModelFileError('the checksums of a checkpoint must be JSON', show(text), REMEDY, { cause });
  }
}

function checkHeader(header: Uint8Array<ArrayBuffer>): void {
  const place = checksumPlace(header);
  const digits = header.subarray(place, place + NO_CHECKSUM.length);
  const written = new TextDecoder().decode(digits);
  new TextEncoder().encodeInto(NO_CHECKSUM, digits);
  const actual = crc32c(header);
  if (written !== actual) throw new ModelFileError('the checksum of the header must be that of its bytes', show(written), REMEDY);
}

/** Where the header's own checksum is: behind a key that no name or text can contain with its quotes. */
function checksumPlace(header: Uint8Array<ArrayBuffer>): number {
  const pattern = new TextEncoder().encode(`"${KEYS.header}":"`);
  const last = header.length - pattern.length - NO_CHECKSUM.length;
  for (let at = header.indexOf(pattern[0] as number); at >= 0 && at <= last; at = header.indexOf(pattern[0] as number, at + 1)) {
    if (pattern.every((byte, index) => header[at + index] === byte)) return at + pattern.length;
  }
  throw new ModelFileError(
    'a checkpoint must have a header with a checksum',
    'a safetensors file without one',
    'Is it a checkpoint of saveCheckpoint()? Weights alone are read by readSafetensors().',
  );
}

function bytesOf(tensor: SafetensorsTensor): Uint8Array {
  const data = dataOf(tensor);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
