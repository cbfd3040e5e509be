import type { io } from '@tensorflow/tfjs-core';
import { io as tfio } from '@tensorflow/tfjs-core';
import { type Format16, type RangeSummary, toBytes } from '@halftone/float16';
import { joinBytes } from '../bytes/join-bytes.ts';
import { byteReader } from '../bytes/byte-reader.ts';
import { limitsOf } from '../bytes/limits.ts';
import { checkAllowance, fits, HalfRangeError, narrow, type RangeAllowance, rangeOf } from '../weights/range-report.ts';
import { readWeight } from './read-weight.ts';
import { message } from '../bytes/model-file-error.ts';
import { bytesOfSpec, checkSpecs, type WeightSpec } from './weight-spec.ts';

/** How {@link saveHalf} makes weights half. */
export interface HalfOptions {
  /** `'float16'` unless set, which plain tfjs opens. `'bfloat16'` opens with `loadHalfLayersModel` and `loadHalfGraphModel` only. */
  readonly format?: Format16 | undefined;
  /** What may be lost; nothing unless set. */
  readonly allow?: RangeAllowance | undefined;
  /**
   * Names, or patterns of names, of weights that stay float32. Those of normalizations unless set, by the names of tfjs and Keras:
   * they are a few per cent of the bytes and half of the error. `[]` keeps none.
   */
  readonly keepFloat32?: readonly (string | RegExp)[] | undefined;
}

/** What became of one weight. */
export interface HalfWeightReport {
  readonly name: string;
  readonly shape: readonly number[];
  /** How it lies in the file. */
  readonly stored: Format16 | 'float32' | 'int32' | 'bool' | 'string' | 'complex64' | 'uint8' | 'uint16';
  readonly bytes: number;
  readonly bytesBefore: number;
  /** How its values sit in the format's range; `null` for what is not narrowed. */
  readonly range: RangeSummary | null;
}

/** What saving in half does to a model's weights. */
export interface HalfReport {
  readonly format: Format16;
  readonly weights: readonly HalfWeightReport[];
  readonly bytes: number;
  readonly bytesBefore: number;
  /** Counts over all weights that were narrowed. */
  readonly overflow: number;
  readonly underflow: number;
  readonly nonFinite: number;
}

/** Weights as they will be written. */
export interface HalfWeights {
  readonly specs: io.WeightsManifestEntry[];
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly report: HalfReport;
}

/**
 * Narrows the float32 weights of tfjs model artifacts, one after the other. Weights that are quantized already, integers and
 * text stay as they are. Throws one error for all weights that do not fit, before the caller has anything to write.
 */
export async function halveWeights(
  artifacts: Pick<io.ModelArtifacts, 'weightSpecs' | 'weightData'>,
  options: HalfOptions,
): Promise<HalfWeights> {
  const format = checkFormat(options.format);
  const allow = checkAllowance(options.allow);
  const limits = limitsOf({ tensors: Number.MAX_SAFE_INTEGER, totalBytes: Number.MAX_SAFE_INTEGER });
  const specs = checkSpecs(artifacts.weightSpecs ?? [], limits);
  const reader = byteReader(tfio.CompositeArrayBuffer.join(artifacts.weightData ?? new ArrayBuffer(0)));
  const written: { spec: WeightSpec; bytes: Uint8Array<ArrayBuffer>; report: HalfWeightReport }[] = [];
  const misfits: { name: string; range: RangeSummary }[] = [];
  for (const spec of specs) {
    const { name, shape, dtype, quantization } = spec;
    const narrowing = dtype === 'float32' && quantization === undefined && spec.group !== 'optimizer' && !isKept(name, options.keepFloat32);
    if (!narrowing) {
      const bytes = dtype === 'string' ? await textBytes(reader, spec) : await reader.read(bytesOfSpec(spec), name);
      const stored = quantization?.dtype ?? dtype;
      written.push({ spec, bytes, report: { name, shape, stored, bytes: bytes.length, bytesBefore: bytes.length, range: null } });
      continue;
    }
    const { values } = (await readWeight(reader, spec, limits)) as { values: Float32Array };
    const range = rangeOf(values, format);
    if (!fits(range, allow)) misfits.push({ name, range });
    const bytes = misfits.length > 0 ? new Uint8Array(0) : toBytes(narrow(values, format, allow));
    const report = { name, shape, stored: format, bytes: bytes.length, bytesBefore: values.byteLength, range };
    written.push({ spec: { ...spec, quantization: { dtype: format, original_dtype: 'float32' } }, bytes, report });
  }
  if (misfits.length > 0) throw new HalfRangeError(format, misfits);
  await reader.end('the weight data');
  const weights = written.map(({ report }) => report);
  const sum = (count: (weight: HalfWeightReport) => number): number => weights.reduce((total, weight) => total + count(weight), 0);
  return {
    specs: written.map(({ spec }) => entryOf(spec)),
    chunks: written.map(({ bytes }) => bytes),
    report: {
      format,
      weights,
      bytes: sum(({ bytes }) => bytes),
      bytesBefore: sum(({ bytesBefore }) => bytesBefore),
      overflow: sum(({ range }) => range?.overflow ?? 0),
      underflow: sum(({ range }) => range?.underflow ?? 0),
      nonFinite: sum(({ range }) => (range?.nan ?? 0) + (range?.infinite ?? 0)),
    },
  };
}

function checkFormat(format: Format16 = 'float16'): Format16 {
  if (format === 'float16' || format === 'bfloat16') return format;
  throw new RangeError(message("format must be 'float16' or 'bfloat16'", format, "Only 'float16' opens in plain tfjs."));
}

const NORMS: readonly RegExp[] = [/(^|\/)(gamma|beta|moving_mean|moving_variance)$/];

const isKept = (name: string, kept: HalfOptions['keepFloat32'] = NORMS): boolean =>
  kept.some((one) => (typeof one === 'string' ? one === name : new RegExp(one.source, one.flags.replace(/[gy]/g, '')).test(name)));

async function textBytes(reader: ReturnType<typeof byteReader>, spec: WeightSpec): Promise<Uint8Array<ArrayBuffer>> {
  const data = await readWeight(reader, spec, limitsOf(undefined));
  const texts = data.kind === 'string' ? data.values : [];
  return joinBytes(texts.flatMap((text) => [lengthOf(text), text]));
}

/** The length of a text as tfjs writes it in front: 32 bits, little-endian. */
function lengthOf(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  return bytes;
}

/** In the order of keys that Python's converter writes; bfloat16 is a quantization that tfjs's types do not know. */
function entryOf({ name, shape, dtype, group, quantization }: WeightSpec): io.WeightsManifestEntry {
  const entry = {
    name,
    shape: [...shape],
    dtype,
    ...(group === undefined ? {} : { group }),
    ...(quantization === undefined ? {} : { quantization }),
  };
  return entry as unknown as io.WeightsManifestEntry;
}
