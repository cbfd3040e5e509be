import { ModelFileError, show } from '../bytes/model-file-error.ts';
import { readSafetensors } from '../safetensors/read-safetensors.ts';
import type { HandOverOptimizer, HandOverScale } from './hand-over.ts';
import { FILES } from './hand-over.ts';
import { isRecord } from './keras-object.ts';
import type { ProjectSource } from './project-folder.ts';

/** What train.py left in `out/`, parsed and checked by itself, without the model. */
export interface ReadBack {
  readonly step: number;
  readonly epoch: number;
  readonly lossScale: HandOverScale | null;
  readonly optimizer: HandOverOptimizer;
  readonly weights: ReadonlyMap<string, FloatTensor>;
  readonly slots: ReadonlyMap<string, FloatTensor>;
}

/** Float32 numbers of a file. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const REMEDY = 'Run train.py to its end and read out/ again.';
const LARGEST_JSON = 16 * 2 ** 20;

/** Reads the three files of `out/`. */
export async function readBack(source: ProjectSource): Promise<ReadBack> {
  const [training, weights, slots] = await Promise.all([
    source.read(`${FILES.out}/${FILES.training}`),
    source.read(`${FILES.out}/${FILES.weights}`),
    source.read(`${FILES.out}/${FILES.optimizer}`),
  ]);
  const parsed = parseTraining(training);
  const [weightFile, slotFile] = await Promise.all([floats(weights, FILES.weights), floats(slots, FILES.optimizer)]);
  const steps = [weightFile.step, slotFile.step].filter((step) => step !== undefined && step !== String(parsed.step));
  if (steps.length > 0) throw new ModelFileError(`all files must be of step ${parsed.step}`, `one of step ${steps[0]}`, REMEDY);
  return { ...parsed, weights: weightFile.tensors, slots: slotFile.tensors };
}

function parseTraining(bytes: Uint8Array): Omit<ReadBack, 'weights' | 'slots'> {
  if (bytes.length > LARGEST_JSON) throw new ModelFileError(`${FILES.training} may have ${LARGEST_JSON} bytes`, bytes.length, REMEDY);
  const value = jsonOf(bytes);
  if (!isRecord(value)) throw new ModelFileError(`${FILES.training} must hold an object`, show(value), REMEDY);
  if (value['version'] !== 1) {
    throw new ModelFileError(`${FILES.training} must be of version 1`, show(value['version']), 'Install a newer @halftone/models.');
  }
  const { optimizer } = value;
  if (!isRecord(optimizer) || typeof optimizer['class_name'] !== 'string' || !isRecord(optimizer['config'])) {
    throw new ModelFileError(`${FILES.training} must describe the optimizer`, show(optimizer), REMEDY);
  }
  return {
    step: whole(value, 'step'),
    epoch: whole(value, 'epoch'),
    lossScale: scaleOf(value['lossScale']),
    optimizer: {
      class_name: optimizer['class_name'],
      config: optimizer['config'],
      iterations: whole(optimizer, 'iterations'),
      undecayed: [],
    },
  };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ModelFileError(`${FILES.training} must be JSON`, 'something else', REMEDY, { cause });
  }
}

function scaleOf(value: unknown): HandOverScale | null {
  if (value === null) return null;
  if (!isRecord(value) || (value['kind'] !== 'dynamic' && value['kind'] !== 'static')) {
    throw new ModelFileError('lossScale must be null, or dynamic or static', show(value), REMEDY);
  }
  const { kind, scale } = value;
  if (typeof scale !== 'number' || !(scale > 0 && scale < Infinity)) {
    throw new ModelFileError('the scale must be a finite number above 0', show(scale), REMEDY);
  }
  return {
    kind,
    scale,
    goodSteps: whole(value, 'goodSteps'),
    growthInterval: whole(value, 'growthInterval'),
    skipped: whole(value, 'skipped'),
  };
}

function whole(value: Readonly<Record<string, unknown>>, name: string): number {
  const given = value[name];
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 0) return given;
  throw new ModelFileError(`${name} in ${FILES.training} must be a whole number from 0`, show(given), REMEDY);
}

async function floats(
  bytes: Uint8Array,
  file: string,
): Promise<{ readonly tensors: ReadonlyMap<string, FloatTensor>; readonly step: string | undefined }> {
  const { tensors, metadata } = await readSafetensors(bytes as Uint8Array<ArrayBuffer>);
  const step = metadata['step'];
  const read = tensors.map((tensor) => {
    if (tensor.dtype !== 'F32') throw new ModelFileError(`${show(tensor.name)} of ${file} must be F32`, tensor.dtype, REMEDY);
    return [tensor.name, { shape: tensor.shape, values: tensor.values }] as const;
  });
  return { tensors: new Map(read), step };
}
