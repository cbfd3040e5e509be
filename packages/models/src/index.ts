export { findBatchSize } from './batch-size/find-batch-size.ts';
export type { BatchSizeOptions, BatchSizeProgress, SampleBatch } from './batch-size/options.ts';
export type { BatchSizeReport, MeasuredBatch, RefusedBatch } from './batch-size/report.ts';
export { CheckpointLockedError, CheckpointWriteError } from './checkpoint/checkpoint-errors.ts';
export { emaOf, type EmaOptions } from './checkpoint/ema/ema-of.ts';
export type { StepTeller, WeightAverage } from './checkpoint/ema/weight-average.ts';
export type { Json } from './checkpoint/format/json.ts';
export type { CheckpointProgress } from './checkpoint/format/manifest.ts';
export { type CheckpointCallback, checkpointCallback, type CheckpointCallbackOptions } from './checkpoint/interrupt/checkpoint-callback.ts';
export { type InterruptibleLoop, saveOnInterrupt, type SaveOnInterruptOptions } from './checkpoint/interrupt/save-on-interrupt.ts';
export type { InterruptSignal } from './checkpoint/interrupt/watch-signals.ts';
export { seedDropout, type SeededDropout } from './checkpoint/random/seed-dropout.ts';
export { removeCheckpoint } from './checkpoint/remove-checkpoint.ts';
export { type RestoreCheckpointOptions, type RestoredCheckpoint, restoreCheckpoint } from './checkpoint/restore-checkpoint.ts';
export { releaseCheckpoint, saveCheckpoint, type SaveCheckpointOptions, type SavedCheckpoint } from './checkpoint/save-checkpoint.ts';
export type { CheckpointTarget } from './checkpoint/stores/store.ts';
export type { RestoredParts } from './checkpoint/subject/restore-plan.ts';
export type { CheckpointSubject, TrainingBag } from './checkpoint/subject/subject.ts';
export type { ByteInput } from './bytes/byte-reader.ts';
export type { HalfOptions, HalfReport, HalfWeightReport } from './files/half-artifacts.ts';
export { defaultFileLimits, type FileLimits } from './bytes/limits.ts';
export { loadHalfGraphModel } from './files/load-half-graph.ts';
export { loadHalfLayersModel } from './files/load-half-layers.ts';
export type { LoadHalfOptions } from './files/load-options.ts';
export { ModelFileError } from './bytes/model-file-error.ts';
export type { ModelFolder } from './files/model-folder.ts';
export type { ModelSource, OpenOptions } from './files/open-model.ts';
export type { WeightStorage } from './weights/place-weight.ts';
export { HalfRangeError, type RangeAllowance, type TensorRange } from './weights/range-report.ts';
export { savedPolicy, saveHalf, type SaveHalfOptions } from './files/save-half.ts';
export type { GraphPrecisionOptions } from './graph/options.ts';
export { CannotCrossError } from './keras/cannot-cross.ts';
export { fromKeras, type KerasObjectOf } from './keras/from-keras.ts';
export type {
  HandOver,
  HandOverData,
  HandOverFeature,
  HandOverOptimizer,
  HandOverScale,
  KerasObject,
  Strategy,
} from './keras/hand-over.ts';
export { policyAt, type PolicyMap } from './keras/policy-map.ts';
export type { ProjectSink, ProjectSource } from './keras/project-folder.ts';
export { scaleIn, type ScaleInReport } from './keras/scale-in.ts';
export { scaleOut, type ScaleOutReport } from './keras/scale-out.ts';
export type { ScaleOutOptions } from './keras/scale-out-options.ts';
export { toKeras, type ToKerasOptions } from './keras/to-keras.ts';
export type { BatchOfData, DataLimits, DatasetOfBatches, SideOfData } from './keras/training-data.ts';
export { freezeLayers, unfreezeLayers } from './layers/freeze-layers.ts';
export type { LayerSelector } from './layers/layer-selector.ts';
export type { MixedPrecisionModelOptions } from './layers/options.ts';
export { setLayerPolicy } from './layers/set-layer-policy.ts';
export type { FrozenReport } from './layers/store-frozen.ts';
export { storeFrozenInHalf } from './layers/store-frozen.ts';
export { mixedPrecision, policyOf, removeMixedPrecision } from './mixed-precision.ts';
export type { ArrayOf, CodedDType, SafetensorsDType } from './safetensors/dtype.ts';
export { fromTensors, type FromTensorsOptions } from './safetensors/from-tensors.ts';
export { getWeights } from './safetensors/get-weights.ts';
export { openSafetensors, readSafetensors, type SafetensorsOptions, type SafetensorsReader } from './safetensors/read-safetensors.ts';
export { setWeights, type SetWeightsOptions } from './safetensors/set-weights.ts';
export type { SafetensorsFile, SafetensorsInfo, SafetensorsTensor } from './safetensors/tensor.ts';
export { toTensors, type ToTensorsOptions } from './safetensors/to-tensors.ts';
export { torchNames, type WeightMap, type WeightOrigin } from './safetensors/torch-names.ts';
export type { Transform } from './safetensors/transform.ts';
export { safetensorsParts, writeSafetensors, type WriteSafetensorsOptions } from './safetensors/write-safetensors.ts';
export type { LayerSummary, ModelSummary } from './summary/layer-summary.ts';
export { summarizeModel } from './summary/summarize-model.ts';
export { summary } from './summary/summary.ts';
