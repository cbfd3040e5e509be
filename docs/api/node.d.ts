import { DataId, DataType, KernelBackend, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { HalfPrecision, Precision } from "@halftone/policy";
interface CastCacheBytes {
    readonly cachedBytes: number;
    readonly cachedHandles: number;
}
interface LedgerBytes {
    readonly bytes: number;
    readonly peakBytes: number;
    readonly halfBytes: number;
    readonly handles: number;
}
interface OpCount {
    readonly runs: number;
    readonly halfRuns: number;
    readonly fallbacks: number;
    readonly halfInputs: number;
    readonly floatInputs: number;
}
interface CastCount {
    readonly down: number;
    readonly up: number;
    readonly reused: number;
    readonly evicted: number;
}
interface NodeStatistics {
    readonly ops: Readonly<Record<string, OpCount>>;
    readonly casts: CastCount;
    readonly castsOfLastStep: CastCount;
}
interface TensorMetadata {
    readonly id: number;
    readonly shape: number[];
    dtype: number;
}
interface OpAttribute {
    readonly name: string;
    readonly type: number;
    readonly value: boolean | number | string | object | readonly number[];
}
type TensorValues = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[] | readonly string[];
interface TfjsBinding {
    createTensor(shape: number[], dtype: number, values: TensorValues): number;
    deleteTensor(id: number): void;
    tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
    executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputCount: number): TensorMetadata[];
    loadSavedModel(folder: string, tags: string): number;
    deleteSavedModel(model: number): void;
    runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
    getNumOfSavedModels(): number;
    getNumOfTensors(): number;
    isUsingGpuDevice(): boolean;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_INT64: number;
    readonly TF_BOOL: number;
    readonly TF_COMPLEX64: number;
    readonly TF_STRING: number;
    readonly TF_RESOURCE: number;
    readonly TF_UINT8: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_SHAPE: number;
    readonly TF_Version: string;
}
interface TensorEntry {
    readonly shape: number[];
    readonly dtype: number;
    values: TensorValues | null;
    id: number;
    refCount: number;
}
interface TensorMap {
    get(dataId: DataId): TensorEntry;
    has(dataId: DataId): boolean;
    set(dataId: DataId, data: TensorEntry): void;
    delete(dataId: DataId): boolean;
    numDataIds(): number;
}
interface NodeBackend extends KernelBackend {
    binding: TfjsBinding;
    readonly isGPUPackage: boolean;
    readonly isUsingGpuDevice: boolean;
    readonly tensorMap: TensorMap;
    getInputTensorIds(tensors: readonly TensorInfo[]): number[];
    createOutputTensor(metadata: TensorMetadata): Tensor;
    executeSingleInput(name: string, input: TensorInfo): Tensor;
    executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): Tensor;
    executeMultipleOutputs(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[], outputCount: number): Tensor[];
    getDTypeInteger(dtype: DataType): number;
}
type PackageName = "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu";
interface Library {
    readonly packageName: PackageName;
    readonly backend: NodeBackend;
    readonly version: string;
    readonly device: "cpu" | "gpu";
    readonly repairs: readonly string[];
    readonly unknown?: string;
    release(): void;
}
interface Capabilities {
    readonly packageName: Library["packageName"];
    readonly version: string;
    readonly device: "cpu" | "gpu";
    readonly formats: readonly HalfPrecision[];
    readonly repairs: readonly string[];
    readonly float32Only?: string;
}
interface SharedLibrary {
    readonly soname: string;
    readonly path: string | null;
    readonly onLoaderPath: boolean;
}
interface MatmulRow {
    readonly precision: Precision;
    readonly size: number;
    readonly milliseconds: number;
    readonly gigaflops: number;
    readonly maxError: number;
}
interface NvidiaGpu {
    readonly name: string;
    readonly driver: string;
    readonly memoryMib: number;
    readonly computeCapability: number | null;
}
interface Check {
    readonly part: string;
    readonly status: "ok" | "note" | "missing" | "broken";
    readonly found: string;
    readonly remedy?: string;
}
interface CheckedMatmul extends MatmulRow {
    readonly ranInFormat: boolean;
}
interface Diagnosis {
    readonly ok: boolean;
    readonly checks: readonly Check[];
    readonly node: {
        readonly version: string;
        readonly platform: string;
        readonly repairs: readonly string[];
    };
    readonly package: {
        readonly name: string;
        readonly version: string;
        readonly addon: string;
        readonly addonFound: boolean;
    } | null;
    readonly tensorflow: {
        readonly version: string;
        readonly device: "cpu" | "gpu";
        readonly libraries: readonly string[];
    } | null;
    readonly gpus: readonly NvidiaGpu[];
    readonly cudaLibraries: readonly SharedLibrary[];
    readonly formats: readonly Precision[];
    readonly matmuls: readonly CheckedMatmul[];
}
interface DiagnoseOptions {
    readonly requireGpu?: boolean;
    readonly size?: number;
}
declare function diagnose(options?: DiagnoseOptions): Promise<Diagnosis>;
interface NodeOptions {
    readonly package?: "auto" | "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu";
    readonly requireGpu?: boolean;
    readonly castCacheBytes?: number;
}
interface NodeHandle {
    readonly backendName: string;
    readonly capabilities: Capabilities;
    memory(): LedgerBytes & CastCacheBytes;
    resetPeak(): void;
    statistics(): NodeStatistics;
    resetStatistics(): void;
    bits(tensor: Tensor): Uint16Array;
    fromBits(bits: Uint16Array, shape: readonly number[], format: HalfPrecision): Tensor;
    dispose(): void;
}
declare function registerNode(options?: NodeOptions): Promise<NodeHandle>;
declare function useNode(options?: NodeOptions): Promise<NodeHandle>;
export { type Capabilities, type CastCacheBytes, type CastCount, type Check, type CheckedMatmul, type DiagnoseOptions, type Diagnosis, type LedgerBytes, type MatmulRow, type NodeHandle, type NodeOptions, type NodeStatistics, type NvidiaGpu, type OpCount, type SharedLibrary, diagnose, registerNode, useNode };
