import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { formatPolicy, policy as toPolicy } from '@halftone/policy';
import { message } from '../../bytes/model-file-error.ts';
import { layersOf } from '../../layers/layer-tree.ts';
import { setLayerPolicy } from '../../layers/set-layer-policy.ts';
import { state } from '../../layers/state.ts';
import type { Layer, ModelView } from '../../layers/tfjs-layers.ts';
import { wrapLayers } from '../../layers/wrap-layers.ts';
import type { Manifest } from '../format/manifest.ts';
import type { RunParts, RunPolicies } from './run-parts.ts';

/**
 * Plans the policies of a checkpoint, and the loss scale, which hangs on them. Policies of layers that belong to the model come
 * from the file; whether there is mixed precision at all must be as it was, since its options are the code's.
 *
 * @returns what sets both, or, if the loss scale is refused, neither
 */
export function planPolicies({ policy, layerPolicies }: Manifest, { model, policies }: RunParts, scale: (() => void) | null): () => void {
  if ((policy === null) !== (policies.policy === null)) {
    throw new Error(
      message(
        policy === null
          ? 'the model may have no policy, as in the checkpoint'
          : `the model must be in mixed precision, as in the checkpoint (${policy})`,
        policies.policy ?? 'a model without',
        policy === null
          ? "Restore before mixedPrecision(), or with only: 'weights'."
          : `Call mixedPrecision(model, '${policy}') with your options first, or pass only: 'weights'.`,
      ),
    );
  }
  if (model === null || policy === null || isSame(policies, { policy, layers: layerPolicies })) {
    return () => scale?.();
  }
  const saved = { policy: toPolicy(policy), layers: layersWith(model, layerPolicies) };
  return () => setPolicies(model, saved, scale);
}

interface Policies {
  readonly policy: Policy;
  readonly layers: ReadonlyMap<Layer, Policy>;
}

function isSame(a: RunPolicies, b: RunPolicies): boolean {
  const text = ({ policy, layers }: RunPolicies): string => `${policy} ${layers.map(({ layer, policy: own }) => `${layer} ${own}`).join()}`;
  return text(a) === text(b);
}

function layersWith(model: LayersModel, saved: RunPolicies['layers']): ReadonlyMap<Layer, Policy> {
  const layers = new Map(layersOf(model as unknown as ModelView).map(({ path, layer }) => [path, layer]));
  return new Map(
    saved.map(({ layer: path, policy }) => {
      const layer = layers.get(path);
      if (layer === undefined)
        throw new Error(
          message(
            `the model must have the layer '${path}', which has a policy in the checkpoint`,
            'none of that name',
            'Give layers names of their own.',
          ),
        );
      return [layer, toPolicy(policy)] as const;
    }),
  );
}

function setPolicies(model: LayersModel, saved: Policies, scale: (() => void) | null): void {
  const record = state().records.get(model);
  if (record === undefined)
    throw new Error(
      message('the model must still be in mixed precision', 'one that is not any more', 'Do not unwrap it during a restore.'),
    );
  const before: Policies = { policy: record.policy, layers: new Map(record.layerPolicies) };
  const set = ({ policy, layers }: Policies): void => {
    wrapLayers(model, policy, record.options);
    for (const layer of record.layerPolicies.keys()) if (!layers.has(layer)) setLayerPolicy(model, layer, null);
    for (const [layer, own] of layers) if (formatOwn(layer) !== formatPolicy(own)) setLayerPolicy(model, layer, own);
  };
  set(saved);
  try {
    scale?.();
  } catch (error) {
    set(before);
    throw error;
  }
}

/** The policy that a layer brings along in whatever model it runs. */
function formatOwn(layer: Layer): string | null {
  const own = state().ownPolicies.get(layer);
  return own === undefined ? null : formatPolicy(own.policy);
}
