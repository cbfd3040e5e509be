import { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
type Codec = "f16" | "packed-f16" | "bfloat16";
interface ConversionReport {
    readonly rounding: "nearest-even" | "toward-zero" | "other";
    readonly overflow: "infinity" | "largest" | "other";
    readonly subnormals: "kept" | "flushed" | "other";
    readonly infinities: "kept" | "lost";
    readonly nan: "kept" | "lost";
    readonly widening: "exact" | "other";
}
interface NumericsReport {
    readonly native?: ConversionReport;
    readonly packed: ConversionReport;
    readonly float32Subnormals: "kept" | "flushed";
}
interface Capabilities {
    readonly adapter: {
        readonly vendor: string;
        readonly architecture: string;
        readonly device: string;
        readonly description: string;
        readonly isCpu: boolean;
    };
    readonly shaderF16: boolean;
    readonly subgroups: boolean;
    readonly limits: {
        readonly maxBufferSize: number;
        readonly maxStorageBufferBindingSize: number;
        readonly maxStorageBuffersPerShaderStage: number;
        readonly maxComputeWorkgroupStorageSize: number;
        readonly maxComputeInvocationsPerWorkgroup: number;
    };
    readonly codecs: {
        readonly float16: Codec;
        readonly bfloat16: Codec;
    };
    readonly conversion: {
        readonly narrow: "hardware" | "software";
        readonly widen: "hardware" | "software";
    };
    readonly numerics: NumericsReport;
    readonly float32Only?: string;
}
declare class DeviceLostError extends Error {
    override readonly name: string;
}
interface CrossEntropyOptions {
    readonly ignoreIndex?: number;
}
declare function softmaxCrossEntropy(labels: Tensor, logits: Tensor, { ignoreIndex }?: CrossEntropyOptions): Tensor;
declare function layerNorm<T extends Tensor>(x: T, gamma: Tensor1D, beta: Tensor1D, epsilon?: number): T;
interface GraphStatistics {
    readonly runs: number;
    readonly planned: number;
    readonly plans: number;
    readonly planningMs: number;
    readonly replayMs: number;
    readonly replayedDispatches: number;
}
interface DeviceBytes {
    readonly physicalBytes: number;
    readonly cachedBytes: number;
    readonly peakBytes: number;
}
declare class DeviceMemoryError extends Error {
    override readonly name: string;
    readonly table: readonly {
        readonly bytes: number;
        readonly count: number;
    }[];
    readonly wanted: {
        readonly what: string;
        readonly bytes: number;
    };
    readonly recoverable: boolean;
    constructor(message: string, { table, wanted, recoverable }: Pick<DeviceMemoryError, "table" | "wanted" | "recoverable">);
}
interface WebGPUOptions {
    readonly codec?: "f16" | "packed-f16";
    readonly powerPreference?: GPUPowerPreference;
    readonly maxBytes?: number;
    readonly conversion?: "hardware" | "software";
    readonly fusion?: "on" | "off";
    readonly maths?: "exact" | "fast";
    readonly deterministic?: boolean;
    readonly backendName?: string;
}
interface WarmUpOptions {
    readonly onProgress?: (done: number, total: number) => void;
}
interface WebGPUHandle {
    readonly backendName: string;
    readonly capabilities: Capabilities;
    memory(): DeviceBytes;
    resetPeak(): void;
    trim(): number;
    refusedPrograms(): Readonly<Record<string, string>>;
    warmUp<T>(work: () => T, options?: WarmUpOptions): Promise<T>;
    graphStatistics(): GraphStatistics | null;
    dispose(): void;
}
declare function registerWebGPU(options?: WebGPUOptions): Promise<WebGPUHandle>;
declare function useWebGPU(options?: WebGPUOptions): Promise<WebGPUHandle>;
export { type Capabilities, type ConversionReport, type CrossEntropyOptions, type DeviceBytes, DeviceLostError, DeviceMemoryError, type GraphStatistics, type NumericsReport, type WarmUpOptions, type WebGPUHandle, type WebGPUOptions, layerNorm, registerWebGPU, softmaxCrossEntropy, useWebGPU };
