/** Features that Halftone's device asks for where the adapter has them; the yardstick gets the same. */
const FEATURES = ['shader-f16', 'subgroups', 'timestamp-query', 'bgra8unorm-storage'] as const;
const LIMITS = [
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

/** Makes a device with the features and limits that `@halftone/webgpu` asks for, so that both meet the same shaders. */
export async function yardstickDevice(): Promise<{ readonly device: GPUDevice; readonly info: GPUAdapterInfo }> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null)
    throw new Error('[testing] a Vulkan driver must be present, got none. Name one in VK_DRIVER_FILES, or run --plugin emulate.');
  const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  return { device: await adapter.requestDevice({ requiredFeatures, requiredLimits }), info: adapter.info };
}

/** Names a device in its driver's words. */
export function deviceName(info: GPUAdapterInfo): string {
  return [info.description, info.vendor, info.architecture].find((text) => text !== '') ?? 'unnamed device';
}
