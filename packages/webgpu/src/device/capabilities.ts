import type { AdapterClass, DeviceTraits } from '../kernels/kernel-source.ts';
import type { Codec } from '../lowering/index.ts';
import type { NumericsReport } from './probe.ts';

/** What was found and what the plug-in does about it; plain JSON. */
export interface Capabilities {
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    /** A software driver: right numbers, and times that say nothing about a GPU. */
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
  /** How each format is stored in buffers. */
  readonly codecs: { readonly float16: Codec; readonly bfloat16: Codec };
  /** Whether shaders narrow and widen with the device's own conversion or with integer arithmetic of ours. */
  readonly conversion: { readonly narrow: 'hardware' | 'software'; readonly widen: 'hardware' | 'software' };
  readonly numerics: NumericsReport;
  /** Set when this tfjs differs from what the plug-in knows: everything then stays float32. */
  readonly float32Only?: string;
}

const CPU_ADAPTERS = /llvmpipe|lavapipe|swiftshader|software|basic render|warp/i;

/** Whether an adapter is a program on the CPU. */
export function isCpuAdapter(info: GPUAdapterInfo): boolean {
  return CPU_ADAPTERS.test(`${info.description} ${info.device} ${info.architecture}`) || info.isFallbackAdapter;
}

/** The report's part that comes from the device alone. */
export function describeDevice(
  info: GPUAdapterInfo,
  device: GPUDevice,
): Pick<Capabilities, 'adapter' | 'shaderF16' | 'subgroups' | 'limits'> {
  const { limits } = device;
  return {
    adapter: {
      vendor: info.vendor,
      architecture: info.architecture,
      device: info.device,
      description: info.description || info.device || info.architecture || info.vendor || 'unnamed adapter',
      isCpu: isCpuAdapter(info),
    },
    shaderF16: device.features.has('shader-f16'),
    subgroups: device.features.has('subgroups'),
    limits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  };
}

/** What kernels choose their tiles by. */
export function deviceTraits(device: GPUDevice, info: GPUAdapterInfo, fastMaths: boolean): DeviceTraits {
  const { limits } = device;
  return {
    shaderF16: device.features.has('shader-f16'),
    adapterClass: adapterClassOf(info),
    fastMaths,
    maxStorageBuffers: limits.maxStorageBuffersPerShaderStage,
    maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
    maxInvocations: limits.maxComputeInvocationsPerWorkgroup,
  };
}

const CLASSES: readonly (readonly [RegExp, AdapterClass])[] = [
  [/nvidia|radeon rx|arc a|amd/i, 'discrete'],
  [/apple|intel|gen-\d/i, 'integrated'],
  [/qualcomm|adreno|arm|mali|img|powervr|imagination/i, 'mobile'],
];

/** The row of the tables of tile sizes for an adapter. */
export function adapterClassOf(info: GPUAdapterInfo): AdapterClass {
  if (isCpuAdapter(info)) return 'cpu';
  const text = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return CLASSES.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
}
