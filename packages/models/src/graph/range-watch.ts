import type { NamedTensorMap } from '@tensorflow/tfjs-core';
import { engine, getBackend, keep, max, min, stack, Tensor, tidy } from '@tensorflow/tfjs-core';
import { fullPrecision, pluginFor } from '@halftone/autocast';
import { formats } from '@halftone/float16';
import type { HalfPrecision } from '@halftone/policy';
import { firstConvolution } from './first-convolution.ts';
import type { GraphView } from './graph-view.ts';
import { opName } from './graph-view.ts';
import type { GraphRecord } from './record.ts';

/** How many runs are looked at while inputs say nothing: a warm-up with zeros is no image. */
export const CHECKS = 8;

/** Beyond it the first layer of a network in its range does not get, and float16 no longer has the whole numbers. */
const FIRST_LAYER_LIMIT = 2048;

/** An input that was given to a run. */
interface Fed {
  readonly name: string;
  readonly tensor: Tensor;
}

/**
 * Looks at the range of what goes into a model and comes out of it, and warns where it is not what the model was made for.
 *
 * Only the first inputs that are not constant are looked at: their smallest and largest numbers are found on the device and read
 * asynchronously, eight bytes each, when the run has been handed over. After that a run costs nothing more.
 */
export function watchRange(record: GraphRecord, [inputs, asked]: readonly unknown[], outputs: unknown): void {
  const { model, policy, options, live } = record;
  if (!live || record.checks === 0 || options.checkRange === false || policy.compute === 'float32') return;
  const fed = fedTo(model, inputs);
  if (fed.length === 0) return;
  record.checks -= 1;
  const plugin = pluginFor(getBackend());
  const names = [asked ?? model.outputNodes].flat();
  const results = [outputs].flat().flatMap((tensor, i) => (isFloat(tensor) ? [{ name: String(names[i]), tensor }] : []));
  const ranges = fullPrecision(() => keep(tidy(() => stack(fed.flatMap(({ tensor }) => [min(tensor), max(tensor)])))));
  const bad =
    plugin?.firstNonFinite === undefined
      ? null
      : keep(engine().makeTensorFromTensorInfo(plugin.firstNonFinite([...fed, ...results].map(({ tensor }) => tensor))));
  void Promise.all([ranges.data(), bad?.data() ?? [-1]])
    .then(async ([numbers, [first = -1]]) => {
      if (!record.live) return;
      const seen = fed.map(({ name }, i) => ({ name, low: numbers[2 * i] as number, high: numbers[2 * i + 1] as number }));
      if (seen.some(({ low, high }) => low !== high)) record.checks = 0; // this was no warm-up
      const warning = await warningFor(record, seen, [...fed, ...results][first]?.name);
      if (warning !== null) console.warn(`${warning} Pass checkRange: false to mixedPrecision() if it is meant so.`);
    })
    .catch(() => undefined) // a lost device is told by the run itself
    .finally(() => {
      ranges.dispose();
      bad?.dispose();
    });
}

interface Range {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** What is wrong, in words, or `null`. `bad` names the first input or output that is not finite. */
async function warningFor({ model, policy }: GraphRecord, inputs: readonly Range[], bad: string | undefined): Promise<string | null> {
  const format = policy.compute as HalfPrecision;
  const largest = formats[format].max;
  if (inputs.some(({ name }) => name === bad))
    return `[models] the input '${bad}' must be finite, got infinities or NaN. Look at what makes it.`;
  for (const range of inputs) {
    const most = Math.max(-range.low, range.high);
    const got = `got numbers from ${show(range.low)} to ${show(range.high)}`;
    if (most > largest) return `[models] the input '${range.name}' does not fit ${format}, ${got}. Scale it, or use 'mixed_bfloat16'.`;
    const layer = most > 16 ? await firstConvolution(model, range.name) : null;
    if (layer === null) continue;
    const reach = layer.reach(range.low, range.high);
    if (reach > FIRST_LAYER_LIMIT) {
      return `[models] the input '${range.name}' must be scaled to what the model was made for, ${got}, which lets its first layer ('${layer.name}') reach ${show(reach, 2)}. Pixels usually go in as tf.div(image, 255).`;
    }
  }
  if (bad === undefined) return null;
  return `[models] the output '${bad}' must be finite, got infinities or NaN under '${policy.name}'. Check the range of the input, or use 'mixed_bfloat16'${format === 'float16' ? `: float16 ends at ${largest}` : ' with fewer ops in half'}.`;
}

const show = (value: number, digits = 4): string => String(Number(value.toPrecision(digits)));

/** Float inputs of a run by the name of their op; an index into what was given without names follows `inputNodes`. */
function fedTo(model: GraphView, inputs: unknown): readonly Fed[] {
  const named: [string, unknown][] =
    inputs instanceof Tensor || Array.isArray(inputs)
      ? [inputs].flat().map((tensor, i) => [model.inputNodes[i] ?? '', tensor])
      : Object.entries((inputs ?? {}) as NamedTensorMap);
  return named.flatMap(([key, tensor]) =>
    isFloat(tensor) ? [{ name: opName(model.modelSignature?.inputs?.[key]?.name ?? key), tensor }] : [],
  );
}

function isFloat(value: unknown): value is Tensor {
  return value instanceof Tensor && value.dtype === 'float32' && value.size > 0 && !value.isDisposed;
}
