import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OutputFacts, Recorder } from '../../graph/record.ts';
import type { AdapterClass } from '../kernel-source.ts';
import type { MatmulSpec } from './matmul-spec.ts';
import { matmulRecipe } from './recipe.ts';
import { splitMatmulRecipes, splitsFor } from './split-matmul.ts';

/** The tensors of one product; `bias` and `slopes` as the spec says. */
export interface MatmulTensors {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo | undefined;
  readonly slopes?: TensorInfo | undefined;
}

/** What receives the product, and which device it is for. */
export interface MatmulTarget {
  readonly recorder: Recorder & { disposeData(dataId: object): unknown };
  readonly adapterClass: AdapterClass;
  readonly output: OutputFacts;
}

/** Records one product: one kernel, or two where k is split. The caller owns the result. */
export function recordMatmul(
  spec: MatmulSpec,
  { a, b, bias, slopes }: MatmulTensors,
  { recorder, adapterClass, output }: MatmulTarget,
): TensorInfo {
  const extra = [bias, slopes].filter((input) => input !== undefined);
  const splits = splitsFor(spec, adapterClass);
  if (splits === 1) return only(recorder.record({ recipe: matmulRecipe(spec), inputs: [a, b, ...extra], outputs: [output] }));
  const { partials, partialsShape, sum } = splitMatmulRecipes(spec, splits);
  const parts = only(
    recorder.record({ recipe: partials, inputs: [a, b], outputs: [{ shape: partialsShape, dtype: 'float32', storage: 'float32' }] }),
  );
  const result = only(recorder.record({ recipe: sum, inputs: [parts, ...extra], outputs: [output] }));
  recorder.disposeData(parts.dataId);
  return result;
}

function only(outputs: readonly TensorInfo[]): TensorInfo {
  return outputs[0] as TensorInfo;
}
