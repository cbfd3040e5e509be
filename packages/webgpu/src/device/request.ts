import type { RuntimeGpu } from './node-gpu.ts';

/** A device of our own: tfjs's asks for neither half precision nor all storage buffers. */
export interface OwnDevice {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
}

const WANTED_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query', 'bgra8unorm-storage'] as const;

/** The limits that shaders of tfjs and ours can use; each is asked for at the adapter's maximum. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;

/** Asks for an adapter and a device with everything that mixed precision can use. Waits for the GPU. */
export async function requestDevice(gpu: RuntimeGpu['gpu'], powerPreference: GPUPowerPreference, withoutF16: boolean): Promise<OwnDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (adapter === null) {
    throw new Error(
      '[webgpu] no GPU adapter was found, got null from requestAdapter(). ' +
        "Install a GPU driver (on Linux without a GPU: Mesa's lavapipe, package mesa-vulkan-drivers), or useEmulated() from @halftone/emulate.",
    );
  }
  const features = WANTED_FEATURES.filter((name) => adapter.features.has(name) && !(withoutF16 && name === 'shader-f16'));
  const limits = Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredFeatures: features as GPUFeatureName[], requiredLimits: limits });
  return { adapter, device, info: adapter.info };
}
