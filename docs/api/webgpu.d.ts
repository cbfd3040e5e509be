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
    constructor(message: string, table: DeviceMemoryError["table"]);
}
interface WebGPUOptions {
    readonly codec?: "f16" | "packed-f16";
    readonly powerPreference?: GPUPowerPreference;
    readonly maxBytes?: number;
    readonly conversion?: "hardware" | "software";
    readonly backendName?: string;
}
interface WebGPUHandle {
    readonly backendName: string;
    readonly capabilities: Capabilities;
    memory(): DeviceBytes;
    resetPeak(): void;
    trim(): number;
    refusedPrograms(): Readonly<Record<string, string>>;
    dispose(): void;
}
declare function registerWebGPU(options?: WebGPUOptions): Promise<WebGPUHandle>;
declare function useWebGPU(options?: WebGPUOptions): Promise<WebGPUHandle>;
export { type Capabilities, type ConversionReport, type DeviceBytes, DeviceLostError, DeviceMemoryError, type NumericsReport, type WebGPUHandle, type WebGPUOptions, registerWebGPU, useWebGPU };
