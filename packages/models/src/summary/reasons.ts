import type { FrozenWeight } from '../layers/model-plan.ts';
import { halfFormatOf } from '../layers/half-weight.ts';
import type { LayerPolicy } from '../layers/layer-policies.ts';
import type { ModelRecord } from '../layers/state.ts';
import type { Layer, WeightView } from '../layers/tfjs-layers.ts';

/** What a layer's classes of maths keep in float32, in words. */
const CLASS_REASONS: Readonly<Record<string, string>> = {
  BatchNormalization: 'statistics, scale and offset of a normalisation are float32',
  LayerNormalization: 'statistics, scale and offset of a normalisation are float32',
  GlobalAveragePooling1D: 'sums and means are float32',
  GlobalAveragePooling2D: 'sums and means are float32',
  Softmax: 'softmax is float32',
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
  const reasons = [activationReason(layer, policy), CLASS_REASONS[layer.getClassName()]];
  if (weights.some((weight) => trained.has(weight))) reasons.push('trained weights are float32 masters');
  for (const { weight, path, format } of frozen) {
    if (!weights.includes(weight) || halfFormatOf(weight) !== null) continue;
    reasons.push(frozenReason(record, { weight, path, format }));
  }
  return [...new Set(reasons.filter((reason) => reason !== undefined))];
}

function activationReason(layer: Layer, { policy, set }: LayerPolicy): string | undefined {
  const activation: { getClassName(): string } | undefined = Reflect.get(layer, 'activation');
  if (activation === undefined) return undefined;
  const name = activation.getClassName();
  if (name === 'linear') return undefined;
  return policy === set ? (name === 'softmax' ? CLASS_REASONS['Softmax'] : undefined) : `the ${name} that ends the model is float32`;
}

function frozenReason({ kept, options }: ModelRecord, { weight, path, format }: FrozenWeight): string {
  if (format === null)
    return options.frozen === 'float32' ? 'frozen weights stay float32, as the options say' : 'small frozen weights stay float32';
  const why = kept.get(weight)?.why;
  return why === undefined ? 'frozen weights move into half when training begins' : `${path} stays float32: ${why}`;
}
