import { NamedTensorMap, Optimizer, Tensor, Variable, io } from "@tensorflow/tfjs-core";
import { Storage } from "@halftone/autocast";
import { GradScaler, MixedPrecisionOptions, StepListener } from "@halftone/optimizer";
import { Format, Format16, RangeSummary } from "@halftone/float16";
import { HalfPrecision, Policy, Precision } from "@halftone/policy";
import { LossScale, LossScaleState } from "@halftone/loss-scale";
import { Callback, LayersModel, layers } from "@tensorflow/tfjs-layers";
import { GraphModel } from "@tensorflow/tfjs-converter";
interface SampleBatch {
    readonly xs: Tensor | readonly Tensor[];
    readonly ys: Tensor | readonly Tensor[];
}
interface BatchSizeProgress {
    readonly batchSize: number;
    readonly peakBytes: number | null;
}
interface BatchSizeOptions {
    readonly budgetBytes?: number;
    readonly headroom?: number;
    readonly max?: number;
    readonly multipleOf?: number;
    readonly sizes?: readonly number[];
    readonly inputShape?: readonly number[] | readonly (readonly number[])[];
    readonly sample?: (batchSize: number) => SampleBatch;
    readonly onProgress?: (progress: BatchSizeProgress) => void;
}
interface MeasuredBatch {
    readonly batchSize: number;
    readonly trainBytes: number;
    readonly evaluateBytes: number;
    readonly predictBytes: number;
}
interface RefusedBatch {
    readonly batchSize: number;
    readonly why: string;
}
interface BatchSizeReport {
    readonly batchSize: number;
    readonly limitedBy: "budget" | "max";
    readonly budgetBytes: number;
    readonly usableBytes: number;
    readonly fixedBytes: number;
    readonly bytesPerSample: number;
    readonly measured: readonly MeasuredBatch[];
    readonly refused: readonly RefusedBatch[];
}
declare function findBatchSize(model: LayersModel, options?: BatchSizeOptions): Promise<BatchSizeReport>;
declare class CheckpointLockedError extends Error {
    override readonly name = "CheckpointLockedError";
    constructor(place: string, holder: string);
}
declare class CheckpointWriteError extends Error {
    override readonly name = "CheckpointWriteError";
    constructor(place: string, reason: string, remedy: string, options?: ErrorOptions);
}
interface AveragedWeight {
    readonly key: string;
    readonly variable: () => Variable;
}
interface StepTeller {
    afterStep(listener: StepListener): () => void;
}
declare class WeightAverage {
    #private;
    readonly decay: number;
    constructor(weights: readonly AveragedWeight[], decay: number);
    update(): void;
    follow(steps: StepTeller, options?: {
        readonly optimizer?: Optimizer;
    }): () => void;
    get swappedIn(): boolean;
    swapIn(): void;
    swapOut(): void;
    averages(): NamedTensorMap;
    dispose(): void;
    onDispose(undo: () => void): void;
    parts(): readonly {
        readonly key: string;
        readonly variable: Variable;
    }[];
}
interface EmaOptions {
    readonly decay?: number;
}
declare function emaOf(target: LayersModel | Readonly<Record<string, Variable>> | readonly Variable[], options?: EmaOptions): WeightAverage;
type Json = string | number | boolean | null | readonly Json[] | {
    readonly [key: string]: Json;
};
interface CheckpointProgress {
    readonly epoch: number;
    readonly batch: number;
    readonly batches: number;
}
interface FileLimits {
    readonly headerBytes: number;
    readonly tensors: number;
    readonly tensorBytes: number;
    readonly totalBytes: number;
    readonly rank: number;
    readonly jsonDepth: number;
}
declare const defaultFileLimits: FileLimits;
type ByteInput = ArrayBuffer | Uint8Array | Blob | ReadableStream<Uint8Array | ArrayBuffer>;
type CheckpointTarget = string | io.IOHandler;
interface Arrays {
    readonly U64: BigUint64Array<ArrayBuffer>;
    readonly I64: BigInt64Array<ArrayBuffer>;
    readonly F64: Float64Array<ArrayBuffer>;
    readonly F32: Float32Array<ArrayBuffer>;
    readonly U32: Uint32Array<ArrayBuffer>;
    readonly I32: Int32Array<ArrayBuffer>;
    readonly BF16: Uint16Array<ArrayBuffer>;
    readonly F16: Uint16Array<ArrayBuffer>;
    readonly U16: Uint16Array<ArrayBuffer>;
    readonly I16: Int16Array<ArrayBuffer>;
    readonly F8_E4M3: Uint8Array<ArrayBuffer>;
    readonly F8_E5M2: Uint8Array<ArrayBuffer>;
    readonly I8: Int8Array<ArrayBuffer>;
    readonly U8: Uint8Array<ArrayBuffer>;
    readonly BOOL: Uint8Array<ArrayBuffer>;
}
type SafetensorsDType = keyof Arrays;
type CodedDType = "F16" | "BF16" | "F8_E4M3" | "F8_E5M2";
type ArrayOf<D extends SafetensorsDType> = Arrays[D];
interface SafetensorsInfo<D extends SafetensorsDType = SafetensorsDType> {
    readonly name: string;
    readonly dtype: D;
    readonly shape: readonly number[];
}
type SafetensorsTensor = {
    [D in SafetensorsDType]: SafetensorsInfo<D> & (D extends CodedDType ? {
        readonly bits: ArrayOf<D>;
    } : {
        readonly values: ArrayOf<D>;
    });
}[SafetensorsDType];
interface SafetensorsFile {
    readonly metadata: Readonly<Record<string, string>>;
    readonly tensors: readonly SafetensorsTensor[];
}
interface SeededDropout {
    readonly seed: number;
    readonly calls: ReadonlyMap<string, number>;
    goTo(calls: ReadonlyMap<string, number>): void;
    dispose(): void;
}
declare function seedDropout(model: LayersModel, seed: number): SeededDropout;
type Layer = layers.Layer;
interface TrainingBag {
    readonly model?: LayersModel;
    readonly variables?: Readonly<Record<string, Variable>> | readonly Variable[];
    readonly optimizer?: Optimizer | Readonly<Record<string, Optimizer>> | undefined;
    readonly scaler?: GradScaler;
    readonly average?: WeightAverage;
}
type CheckpointSubject = LayersModel | TrainingBag;
type RestoredParts = "all" | "weights" | "average";
interface RestoreCheckpointOptions {
    readonly only?: RestoredParts;
    readonly optional?: boolean;
    readonly limits?: Partial<FileLimits>;
}
interface RestoredCheckpoint {
    readonly metadata: Json;
    readonly progress: CheckpointProgress | null;
    readonly iterations: number;
    readonly lossScale: LossScaleState | null;
    readonly policy: string | null;
    readonly savedAt: string;
}
declare function restoreCheckpoint(subject: CheckpointSubject, target: CheckpointTarget, options: RestoreCheckpointOptions & {
    readonly optional: true;
}): Promise<RestoredCheckpoint | null>;
declare function restoreCheckpoint(subject: CheckpointSubject, target: CheckpointTarget, options?: RestoreCheckpointOptions): Promise<RestoredCheckpoint>;
declare const SIGNALS: readonly [
    "SIGINT",
    "SIGTERM"
];
type InterruptSignal = (typeof SIGNALS)[number];
interface CheckpointCallbackOptions {
    readonly everySteps?: number;
    readonly everyEpochs?: number;
    readonly signals?: readonly InterruptSignal[];
    readonly resumed?: Pick<RestoredCheckpoint, "progress"> | null;
    readonly metadata?: (progress: CheckpointProgress) => Json;
    readonly takeOver?: boolean;
}
declare class CheckpointCallback extends Callback {
    #private;
    constructor(subject: LayersModel, target: CheckpointTarget, options: CheckpointCallbackOptions);
    get interrupted(): InterruptSignal | null;
    get saves(): number;
    override onTrainBegin(): Promise<void>;
    override onEpochBegin(epoch: number): Promise<void>;
    override onBatchEnd(): Promise<void>;
    override onEpochEnd(epoch: number): Promise<void>;
    override onTrainEnd(): Promise<void>;
}
declare function checkpointCallback(model: LayersModel, target: CheckpointTarget, options?: CheckpointCallbackOptions): CheckpointCallback;
interface SaveCheckpointOptions {
    readonly metadata?: Json;
    readonly progress?: CheckpointProgress;
    readonly takeOver?: boolean;
}
interface SavedCheckpoint {
    readonly bytes: number;
    readonly tensors: number;
    readonly iterations: number;
}
declare function saveCheckpoint(subject: CheckpointSubject, target: CheckpointTarget, options?: SaveCheckpointOptions): Promise<SavedCheckpoint>;
declare function releaseCheckpoint(target: CheckpointTarget): Promise<void>;
interface SaveOnInterruptOptions {
    readonly signals?: readonly InterruptSignal[];
    readonly takeOver?: boolean;
}
interface InterruptibleLoop {
    readonly interrupted: InterruptSignal | null;
    stepDone(options?: Pick<SaveCheckpointOptions, "metadata" | "progress">): Promise<boolean>;
    dispose(): void;
}
declare function saveOnInterrupt(subject: CheckpointSubject, target: CheckpointTarget, options?: SaveOnInterruptOptions): Promise<InterruptibleLoop>;
declare function removeCheckpoint(target: CheckpointTarget): Promise<boolean>;
interface RangeAllowance {
    readonly overflow?: "infinity" | "saturate" | undefined;
    readonly underflow?: boolean | undefined;
    readonly nonFinite?: boolean | undefined;
}
interface TensorRange {
    readonly name: string;
    readonly range: RangeSummary;
}
declare class HalfRangeError extends RangeError {
    override readonly name = "HalfRangeError";
    readonly format: Format;
    readonly tensors: readonly TensorRange[];
    constructor(format: Format, tensors: readonly TensorRange[]);
}
interface HalfOptions {
    readonly format?: Format16 | undefined;
    readonly allow?: RangeAllowance | undefined;
    readonly keepFloat32?: readonly (string | RegExp)[] | undefined;
}
interface HalfWeightReport {
    readonly name: string;
    readonly shape: readonly number[];
    readonly stored: Format16 | "float32" | "int32" | "bool" | "string" | "complex64" | "uint8" | "uint16";
    readonly bytes: number;
    readonly bytesBefore: number;
    readonly range: RangeSummary | null;
}
interface HalfReport {
    readonly format: Format16;
    readonly weights: readonly HalfWeightReport[];
    readonly bytes: number;
    readonly bytesBefore: number;
    readonly overflow: number;
    readonly underflow: number;
    readonly nonFinite: number;
}
interface ModelFolder {
    read?(path: string): Promise<Uint8Array | ReadableStream<Uint8Array>>;
    write?(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}
type ModelSource = string | io.IOHandler | ModelFolder;
interface OpenOptions {
    readonly limits?: Partial<FileLimits> | undefined;
    readonly fetch?: ((url: string) => Promise<Response>) | undefined;
}
type WeightStorage = Storage | "as stored";
interface LoadHalfOptions extends OpenOptions {
    readonly storage?: WeightStorage | undefined;
    readonly allow?: RangeAllowance | undefined;
}
declare function loadHalfGraphModel(source: ModelSource, options?: LoadHalfOptions): Promise<GraphModel>;
declare function loadHalfLayersModel(source: ModelSource, options?: LoadHalfOptions): Promise<LayersModel>;
declare class ModelFileError extends Error {
    override readonly name = "ModelFileError";
    constructor(wrong: string, got: unknown, remedy: string, options?: ErrorOptions);
}
interface SaveHalfOptions extends HalfOptions {
    readonly shardBytes?: number | undefined;
    readonly policy?: Policy | string | undefined;
}
declare function saveHalf(model: LayersModel | GraphModel, target: string | io.IOHandler | ModelFolder, options?: SaveHalfOptions): Promise<HalfReport>;
declare function savedPolicy(model: LayersModel | GraphModel): Policy | null;
interface GraphPrecisionOptions {
    readonly halfWeights?: boolean;
    readonly checkRange?: boolean;
}
declare class CannotCrossError extends RangeError {
    override readonly name = "CannotCrossError";
    readonly reasons: readonly string[];
    constructor(direction: "to Keras" | "from Keras", reasons: readonly string[]);
}
interface HandOver {
    readonly version: 1;
    readonly step: number;
    readonly epoch: number;
    readonly epochs: number;
    readonly seed: number;
    readonly policy: KerasObject;
    readonly layerPolicies: Readonly<Record<string, KerasObject>>;
    readonly lossScale: HandOverScale | null;
    readonly optimizer: HandOverOptimizer;
    readonly loss: readonly string[];
    readonly metrics: readonly string[];
    readonly batchSize: number;
    readonly strategy: Strategy;
    readonly data: HandOverData | null;
}
type Strategy = "mirrored" | "multi_worker" | "tpu";
interface KerasObject {
    readonly module: string;
    readonly class_name: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly registered_name?: string | null;
}
interface HandOverScale {
    readonly kind: "dynamic" | "static";
    readonly scale: number;
    readonly goodSteps: number;
    readonly growthInterval: number;
    readonly skipped: number;
}
interface HandOverOptimizer {
    readonly class_name: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly iterations: number;
    readonly undecayed: readonly string[];
}
interface HandOverData {
    readonly files: readonly string[];
    readonly features: readonly HandOverFeature[];
    readonly count: number;
}
interface HandOverFeature {
    readonly name: string;
    readonly dtype: "float32" | "int32" | "bool";
    readonly shape: readonly number[];
    readonly role: "input" | "target";
}
interface PolicyMap {
    readonly default: Policy | null;
    readonly entries: readonly (readonly [
        pattern: string,
        policy: Policy
    ])[];
}
declare function policyAt(map: PolicyMap, path: string): Policy;
interface KerasObjectOf<C extends string> extends KerasObject {
    readonly class_name: C;
}
declare function fromKeras(config: string | KerasObjectOf<"Sequential" | "Functional" | "Model">): Promise<LayersModel>;
declare function fromKeras(config: KerasObjectOf<"DTypePolicy">): Policy;
declare function fromKeras(config: KerasObjectOf<"DTypePolicyMap">): PolicyMap;
declare function fromKeras(config: KerasObject): Policy | PolicyMap | Optimizer | Promise<LayersModel>;
interface ProjectSink {
    write(path: string, bytes: Uint8Array): void | Promise<void>;
}
interface ProjectSource {
    read(path: string): Uint8Array | Promise<Uint8Array>;
}
interface ScaleInReport {
    readonly step: number;
    readonly epoch: number;
    readonly iterations: number;
    readonly lossScale: HandOverScale | null;
}
declare function scaleIn(model: LayersModel, source: string | ProjectSource): Promise<ScaleInReport>;
type SideOfData = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;
interface BatchOfData {
    readonly xs: SideOfData;
    readonly ys: SideOfData;
}
interface DatasetOfBatches {
    iterator(): Promise<{
        next(): Promise<{
            readonly value: unknown;
            readonly done: boolean;
        }>;
    }>;
}
interface DataLimits {
    readonly examples?: number | undefined;
    readonly shardBytes?: number | undefined;
}
interface ScaleOutOptions extends DataLimits {
    readonly strategy: Strategy;
    readonly data?: BatchOfData | DatasetOfBatches | undefined;
    readonly batchSize?: number | undefined;
    readonly epochs?: number | undefined;
    readonly epoch?: number | undefined;
    readonly seed?: number | undefined;
}
interface ScaleOutReport {
    readonly files: readonly string[];
    readonly training: HandOver;
}
declare function scaleOut(model: LayersModel, target: string | ProjectSink, options: ScaleOutOptions): Promise<ScaleOutReport>;
interface ToKerasOptions {
    readonly lossScale?: LossScale;
}
declare function toKeras(value: Policy | string | PolicyMap | LayersModel): KerasObject;
declare function toKeras(value: Optimizer, options?: ToKerasOptions): KerasObject;
type LayerSelector = Layer | string | RegExp | (abstract new (...args: never) => Layer) | {
    readonly className: string;
};
declare function freezeLayers(model: LayersModel, selector?: LayerSelector): readonly string[];
declare function unfreezeLayers(model: LayersModel, selector?: LayerSelector): readonly string[];
interface MixedPrecisionModelOptions extends Omit<MixedPrecisionOptions, "policy"> {
    readonly frozen?: "half" | "float32";
}
declare function setLayerPolicy(layer: Layer, policy: Policy | string | null): readonly string[];
declare function setLayerPolicy(model: LayersModel, selector: LayerSelector, policy: Policy | string | null): readonly string[];
interface FrozenReport {
    readonly half: readonly {
        readonly weight: string;
        readonly format: HalfPrecision;
    }[];
    readonly kept: readonly {
        readonly weight: string;
        readonly why: string;
    }[];
}
declare function storeFrozenInHalf(model: LayersModel | GraphModel): Promise<FrozenReport>;
declare function mixedPrecision<T extends LayersModel>(model: T, policy?: Policy | string, options?: MixedPrecisionModelOptions): T;
declare function mixedPrecision<T extends GraphModel>(model: T, policy?: Policy | string, options?: GraphPrecisionOptions): T;
declare function removeMixedPrecision<T extends LayersModel | GraphModel>(model: T): T;
declare function policyOf(model: LayersModel | GraphModel): Policy | null;
interface FromTensorsOptions {
    readonly dtype?: "F32" | CodedDType | undefined;
    readonly allow?: RangeAllowance | undefined;
}
declare function fromTensors(tensors: NamedTensorMap, options?: FromTensorsOptions): Promise<SafetensorsTensor[]>;
type Transform = "none" | "linear" | "conv1d" | "conv2d" | "conv3d" | "conv2dTranspose" | "depthwiseConv2d";
interface WeightOrigin {
    readonly from: string;
    readonly transform: Transform;
}
type WeightMap = Readonly<Record<string, WeightOrigin>>;
declare function torchNames(model: LayersModel, modules: Readonly<Record<string, string>>): WeightMap;
declare function getWeights(model: LayersModel, weights?: WeightMap, options?: FromTensorsOptions): Promise<SafetensorsTensor[]>;
interface SafetensorsOptions {
    readonly limits?: Partial<FileLimits> | undefined;
}
interface SafetensorsReader {
    readonly metadata: Readonly<Record<string, string>>;
    readonly infos: readonly SafetensorsInfo[];
    tensors(): AsyncGenerator<SafetensorsTensor, void, undefined>;
    read(name: string): Promise<SafetensorsTensor>;
}
declare function openSafetensors(input: ByteInput, options?: SafetensorsOptions): Promise<SafetensorsReader>;
declare function readSafetensors(input: ByteInput, options?: SafetensorsOptions): Promise<SafetensorsFile>;
interface SetWeightsOptions {
    readonly storage?: WeightStorage | undefined;
    readonly partial?: boolean | undefined;
    readonly allow?: RangeAllowance | undefined;
}
declare function setWeights(model: LayersModel, file: SafetensorsFile | SafetensorsReader, weights: WeightMap, options?: SetWeightsOptions): Promise<void>;
interface ToTensorsOptions {
    readonly storage?: WeightStorage | undefined;
    readonly names?: Readonly<Record<string, string>> | undefined;
    readonly allow?: RangeAllowance | undefined;
}
declare function toTensors(file: SafetensorsFile | SafetensorsReader, options?: ToTensorsOptions): Promise<NamedTensorMap>;
interface WriteSafetensorsOptions {
    readonly metadata?: Readonly<Record<string, string>> | undefined;
}
declare function safetensorsParts(tensors: Iterable<SafetensorsTensor>, options?: WriteSafetensorsOptions): Uint8Array<ArrayBuffer>[];
declare function writeSafetensors(tensors: Iterable<SafetensorsTensor>, options?: WriteSafetensorsOptions): Uint8Array<ArrayBuffer>;
interface LayerSummary {
    readonly path: string;
    readonly className: string;
    readonly policy: string;
    readonly compute: Precision;
    readonly storage: string;
    readonly parameters: number;
    readonly trainable: number;
    readonly bytesFloat32: number;
    readonly bytesNow: number;
    readonly float32: readonly string[];
}
interface ModelSummary {
    readonly name: string;
    readonly policy: string | null;
    readonly layers: readonly LayerSummary[];
    readonly parameters: number;
    readonly trainable: number;
    readonly bytesFloat32: number;
    readonly bytesNow: number;
    readonly lossScaling: boolean;
}
declare function summarizeModel(model: LayersModel | GraphModel): ModelSummary;
declare function summary(model: LayersModel | GraphModel, print?: (line: string) => void): void;
export { type ArrayOf, type BatchOfData, type BatchSizeOptions, type BatchSizeProgress, type BatchSizeReport, type ByteInput, CannotCrossError, type CheckpointCallback, type CheckpointCallbackOptions, CheckpointLockedError, type CheckpointProgress, type CheckpointSubject, type CheckpointTarget, CheckpointWriteError, type CodedDType, type DataLimits, type DatasetOfBatches, type EmaOptions, type FileLimits, type FromTensorsOptions, type FrozenReport, type GraphPrecisionOptions, type HalfOptions, HalfRangeError, type HalfReport, type HalfWeightReport, type HandOver, type HandOverData, type HandOverFeature, type HandOverOptimizer, type HandOverScale, type InterruptSignal, type InterruptibleLoop, type Json, type KerasObject, type KerasObjectOf, type LayerSelector, type LayerSummary, type LoadHalfOptions, type MeasuredBatch, type MixedPrecisionModelOptions, ModelFileError, type ModelFolder, type ModelSource, type ModelSummary, type OpenOptions, type PolicyMap, type ProjectSink, type ProjectSource, type RangeAllowance, type RefusedBatch, type RestoreCheckpointOptions, type RestoredCheckpoint, type RestoredParts, type SafetensorsDType, type SafetensorsFile, type SafetensorsInfo, type SafetensorsOptions, type SafetensorsReader, type SafetensorsTensor, type SampleBatch, type SaveCheckpointOptions, type SaveHalfOptions, type SaveOnInterruptOptions, type SavedCheckpoint, type ScaleInReport, type ScaleOutOptions, type ScaleOutReport, type SeededDropout, type SetWeightsOptions, type SideOfData, type StepTeller, type Strategy, type TensorRange, type ToKerasOptions, type ToTensorsOptions, type TrainingBag, type Transform, type WeightAverage, type WeightMap, type WeightOrigin, type WeightStorage, type WriteSafetensorsOptions, checkpointCallback, defaultFileLimits, emaOf, findBatchSize, freezeLayers, fromKeras, fromTensors, getWeights, loadHalfGraphModel, loadHalfLayersModel, mixedPrecision, openSafetensors, policyAt, policyOf, readSafetensors, releaseCheckpoint, removeCheckpoint, removeMixedPrecision, restoreCheckpoint, safetensorsParts, saveCheckpoint, saveHalf, saveOnInterrupt, savedPolicy, scaleIn, scaleOut, seedDropout, setLayerPolicy, setWeights, storeFrozenInHalf, summarizeModel, summary, toKeras, toTensors, torchNames, unfreezeLayers, writeSafetensors };
