import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, keep } from '@tensorflow/tfjs-core';
import { encode } from '@halftone/float16';
import { storageOf } from '@halftone/autocast';
import { optimizerState } from '@halftone/optimizer';
import { message, show } from '../../bytes/model-file-error.ts';
import type { SafetensorsTensor } from '../../safetensors/tensor.ts';
import type { CheckpointFile } from '../format/checkpoint-file.ts';
import type { Json } from '../format/json.ts';
import type { CheckpointProgress, NamedPart, OptimizerPart } from '../format/manifest.ts';
import { CHECKPOINT_VERSION } from '../format/manifest.ts';
import type { LossScaler, RunOptimizer, RunParts } from './run-parts.ts';
import type { RunWeight } from '../../weights/model-weights.ts';

/** What a checkpoint says beside the run. */
export interface CaptureNotes {
  readonly metadata: Json;
  readonly progress: CheckpointProgress | null;
}

/** How often to ask for the device's word before a run that never pauses is refused. */
const TRIES = 5;

/**
 * Takes a run as it is at one moment: handles to all tensors are taken together with the counters before the first is read.
 * Waits for the GPU.
 */
export async function capture(parts: RunParts, notes: CaptureNotes): Promise<CheckpointFile> {
  if (parts.average?.swappedIn === true) {
    throw new Error(message('a checkpoint keeps the weights themselves', 'averages in their place', 'Call swapOut() first.'));
  }
  await settled(parts.scaler);
  const handles = new Map<string, Tensor>();
  const hold = (name: string, tensor: Tensor): string => {
    checkDType(name, tensor);
    handles.set(name, keep(tensor.clone()));
    return name;
  };
  try {
    const manifest = { ...describe(parts, hold), ...notes };
    return { manifest, tensors: await readAll(handles) };
  } finally {
    dispose([...handles.values()]);
  }
}

/** Waits until the host knows every step of the loss scale. */
async function settled(scaler: LossScaler | null): Promise<void> {
  if (scaler === null) return;
  for (let left = TRIES; left > 0; left--) {
    await scaler.lossScaleState();
    if (scaler.unfinished === null) return;
  }
  throw new Error(
    message(
      'a checkpoint is taken between two updates',
      scaler.unfinished,
      'Await saveCheckpoint() after an update, before the next step begins.',
    ),
  );
}

type Hold = (name: string, tensor: Tensor) => string;

function describe(parts: RunParts, hold: Hold): Omit<CheckpointFile['manifest'], keyof CaptureNotes> {
  const { weights, trained, states, optimizers, scaler, policies, average, random } = parts;
  const held = (prefix: string, key: string, tensor: Tensor): NamedPart => ({ key, tensor: hold(`${prefix}/${key}`, tensor) });
  return {
    version: CHECKPOINT_VERSION,
    savedAt: new Date().toISOString(),
    weights: weights.map((weight) => held('weights', weight.key, weight.read())),
    trained,
    states: states.flatMap(({ key, tensors }) => tensors.map((tensor, i) => ({ key, tensor: hold(`states/${key}/${i}`, tensor) }))),
    optimizers: optimizers.map((each) => describeOptimizer(each, { weights, hold })),
    lossScale: scaler?.toJSON() ?? null,
    policy: policies.policy,
    layerPolicies: policies.layers,
    average:
      average === null
        ? null
        : { decay: average.decay, weights: average.parts().map(({ key, variable }) => held('average', key, variable)) },
    random: random === null ? null : { seed: random.seed, calls: [...random.calls].map(([layer, calls]) => ({ layer, calls })) },
  };
}

function describeOptimizer(
  { key, optimizer }: RunOptimizer,
  { weights, hold }: { readonly weights: readonly RunWeight[]; readonly hold: Hold },
): OptimizerPart {
  const { className, config, iterations, learningRate, slots, powers } = optimizerState(optimizer);
  const keys = new Map(weights.map((weight) => [weight.variableName, weight.key]));
  return {
    key,
    className,
    config: JSON.parse(JSON.stringify(config)) as OptimizerPart['config'],
    iterations,
    learningRate: learningRate ?? null,
    slots: slots.map(({ list, index, originalName, variable }) => {
      const cut = originalName.lastIndexOf('/');
      const weight = keys.get(originalName.slice(0, cut)) ?? null;
      return { list, index, weight, name: originalName.slice(cut + 1), tensor: hold(`${key}/${list}/${weight ?? index}`, variable) };
    }),
    powers: powers.map(({ name, variable }) => ({ key: name, tensor: hold(`${key}/${name}`, variable) })),
  };
}

const DTYPES = { float32: 'F32', int32: 'I32', bool: 'BOOL' } as const;

function checkDType(name: string, { dtype }: Tensor): void {
  if (!Object.hasOwn(DTYPES, dtype)) {
    throw new TypeError(
      message(`${show(name)} must be float32, int32 or bool`, dtype, 'A checkpoint holds nothing else: keep it outside of the run.'),
    );
  }
}

async function readAll(handles: ReadonlyMap<string, Tensor>): Promise<CheckpointFile['tensors']> {
  const read = await Promise.all(
    [...handles].map(async ([name, handle]) => [name, fileTensor(name, handle, await handle.data())] as const),
  );
  return new Map(read);
}

/** Numbers that lie in half are written in half: it is all that they are. */
function fileTensor(name: string, handle: Tensor, values: Float32Array | Int32Array | Uint8Array): SafetensorsTensor {
  const shape = [...handle.shape];
  const storage = handle.dtype === 'float32' ? storageOf(handle) : 'float32';
  if (storage !== 'float32')
    return { name, dtype: storage === 'float16' ? 'F16' : 'BF16', shape, bits: encode(values, storage) as Uint16Array<ArrayBuffer> };
  return {
    name,
    dtype: DTYPES[handle.dtype as 'float32'],
    shape,
    values: values.slice() as Float32Array<ArrayBuffer>,
  } as SafetensorsTensor;
}
