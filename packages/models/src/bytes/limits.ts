import { message } from './model-file-error.ts';

/** The most that a file may ask for before it is refused; each is a whole number. */
export interface FileLimits {
  /** Bytes of the part that is parsed as a whole: the header of a safetensors file, `model.json`. */
  readonly headerBytes: number;
  /** How many tensors a file may name. */
  readonly tensors: number;
  /** Bytes of one tensor, as it lies in the file and as it is handed out. */
  readonly tensorBytes: number;
  /** Bytes of all tensors together, as they lie in the file. */
  readonly totalBytes: number;
  /** Dimensions of one tensor. */
  readonly rank: number;
  /** How deep the JSON of `model.json` may nest. */
  readonly jsonDepth: number;
}

/**
 * The limits that hold unless others are given: generous for models that fit a machine, far below what would hang one.
 *
 * `headerBytes` is that of the reference reader of safetensors. `tensorBytes` is what one typed array can hold everywhere.
 *
 * @example
 * defaultFileLimits.headerBytes; // 100000000
 */
export const defaultFileLimits: FileLimits = /* @__PURE__ */ Object.freeze({
  headerBytes: 100_000_000,
  tensors: 200_000,
  tensorBytes: 2 ** 31 - 8,
  totalBytes: 2 ** 36,
  rank: 64,
  jsonDepth: 256,
});

/** The default limits with the caller's in their place. */
export function limitsOf(given: Partial<FileLimits> | undefined): FileLimits {
  const limits: Record<keyof FileLimits, number> = { ...defaultFileLimits };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(defaultFileLimits, name)) {
      throw new RangeError(message('limits has an unknown name', name, `Use ${Object.keys(defaultFileLimits).join(', ')}.`));
    }
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(message(`limits.${name} must be a whole number above 0`, value, 'Leave it out for the default.'));
    }
    limits[name as keyof FileLimits] = value;
  }
  return limits;
}
