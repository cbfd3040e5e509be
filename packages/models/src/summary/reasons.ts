import { kernelClass, kernelTable } from '@halftone/policy';
import type { FrozenWeight } from '../layers/model-plan.ts';
import { halfFormatOf } from '../layers/half-weight.ts';
import type { LayerPolicy } from '../layers/layer-policies.ts';
import type { ModelRecord } from '../layers/state.ts';
import type { Layer, WeightView } from '../layers/tfjs-layers.ts';

const NORMALIZED = 'statistics, scale and offset of a normalisation are float32';

/** What a kind of layer keeps in float32, in words: so as long as the policy has float32 maths for the kernel that does it. */
const KERNEL_REASONS: Readonly<Record<string, { readonly kernel: string; readonly words: string }>> = {
  BatchNormalization: { kernel: 'FusedBatchNorm', words: NORMALIZED },
  LayerNormalization: { kernel: 'Mean', words: NORMALIZED },
  GlobalAveragePooling1D: { kernel: 'Mean', words: 'sums and means are float32' },
  GlobalAveragePooling2D: { kernel: 'Mean', words: 'sums and means are float32' },
  Softmax: { kernel: 'Softmax', words: 'softmax is float32' },
};

/** What is known of a layer's policy and of the model's weights. */
interface LayerFacts {
  readonly policy: LayerPolicy;
  readonly frozen: readonly FrozenWeight[];
  readonly trained: ReadonlySet<WeightView>;
}

/** Why something of a layer of a wrapped model is float32, in words; nothing for what is not. */
export function reasonsFor(record: ModelRecord, layer: Layer, { policy, frozen, trained }: LayerFacts): readonly string[] {
  if (policy.set.compute === 'float32') return [policy.from === 'layer' ? 'its own policy is float32' : "the model's policy is float32"];
  const weights = layer.weights as unknown as readonly WeightView[];
  const reasons = [activationReason(layer, policy), kernelReason(layer, policy)];
  if (weights.some((weight) => trained.has(weight))) reasons.push('trained weights are float32 masters');
  for (const { weight, path, format } of frozen) {
    if (!weights.includes(weight) || halfFormatOf(weight) !== null) continue;
    reasons.push(frozenReason(record, { weight, path, format }));
  }
  return [...new Set(reasons.filter((reason) => reason !== undefined))];
}

function kernelReason(layer: Layer, { policy }: LayerPolicy): string | undefined {
  const row = KERNEL_REASONS[layer.getClassName()];
  return row !== undefined && ['deny', 'f32-inner'].includes(kernelClass(policy, row.kernel).opClass) ? row.words : undefined;
}

/** Nothing for one that is half, or that tfjs puts together from several kernels. */
function activationReason(layer: Layer, { policy, set }: LayerPolicy): string | undefined {
  const activation: { getClassName(): string } | undefined = Reflect.get(layer, 'activation');
  if (activation === undefined) return undefined;
  const name = activation.getClassName();
  const kernel = name.charAt(0).toUpperCase() + name.slice(1);
  if (!Object.hasOwn(kernelTable, kernel) || kernelClass(policy, kernel).opClass !== 'deny') return undefined;
  return policy === set ? `${name} is float32` : `the ${name} that ends the model is float32`;
}

function frozenReason({ kept, options }: ModelRecord, { weight, path, format }: FrozenWeight): string {
  if (format === null)
    return options.frozen === 'float32' ? 'frozen weights stay float32, as the options say' : 'small frozen weights stay float32';
  const why = kept.get(weight)?.why;
  return why === undefined ? 'frozen weights move into half when training begins' : `${path} stays float32: ${why}`;
}
