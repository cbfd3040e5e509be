export type { LayerSelector } from './layers/layer-selector.ts';
export { mixedPrecision, policyOf, removeMixedPrecision } from './layers/mixed-precision.ts';
export type { MixedPrecisionModelOptions } from './layers/options.ts';
export { setLayerPolicy } from './layers/set-layer-policy.ts';
export type { FrozenReport } from './layers/store-frozen.ts';
export { storeFrozenInHalf } from './layers/store-frozen.ts';
export type { LayerSummary, ModelSummary } from './summary/layer-summary.ts';
export { summarize } from './summary/summarize.ts';
export { summary } from './summary/summary.ts';
