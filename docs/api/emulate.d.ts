import { Overflow, Rounding } from "@halftone/float16";
import { HalfPrecision } from "@halftone/policy";
type BaseName = "wasm" | "cpu";
interface EmulateOptions {
    readonly base?: BaseName;
    readonly rounding?: Rounding;
    readonly overflow?: Overflow;
    readonly seed?: number;
    readonly observe?: boolean;
    readonly wasmPaths?: string | Readonly<Record<string, string>>;
    readonly backendName?: string;
}
interface Capabilities {
    readonly base: BaseName;
    readonly formats: readonly HalfPrecision[];
    readonly rounding: Rounding;
    readonly overflow: Overflow;
    readonly ownKernels: Readonly<Record<string, string>>;
    readonly cpuKernels: Readonly<Record<string, string>>;
    readonly missingKernels: readonly string[];
    readonly float32Only?: string;
}
interface TensorBytes {
    readonly physicalBytes: number;
    readonly peakBytes: number;
    readonly emulatedBytes: number;
    readonly peakEmulatedBytes: number;
}
interface KernelRange {
    readonly outputs: number;
    readonly values: number;
    readonly overflow: number;
    readonly underflow: number;
    readonly subnormal: number;
    readonly nonFinite: number;
    readonly maxAbs: number;
}
interface EmulatedHandle {
    readonly backendName: string;
    readonly capabilities: Capabilities;
    memory(): TensorBytes;
    resetPeak(): void;
    ranges(): Readonly<Record<string, KernelRange>>;
    resetRanges(): void;
    fallbacks(): Readonly<Record<string, number>>;
    dispose(): void;
}
declare function registerEmulated(options?: EmulateOptions): Promise<EmulatedHandle>;
declare function useEmulated(options?: EmulateOptions): Promise<EmulatedHandle>;
export { type BaseName, type Capabilities, type EmulateOptions, type EmulatedHandle, type KernelRange, type TensorBytes, registerEmulated, useEmulated };
