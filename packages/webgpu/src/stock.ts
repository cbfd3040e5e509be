import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** tfjs's package registers a backend when it is imported, so it is imported here and nowhere else. */
export async function importStock(): Promise<typeof WebGPUBackend> {
  let namespace: { WebGPUBackend?: typeof WebGPUBackend; default?: { WebGPUBackend?: typeof WebGPUBackend } };
  try {
    namespace = await import('@tensorflow/tfjs-backend-webgpu');
  } catch (cause) {
    throw new Error(
      '[webgpu] tfjs has no WebGPU backend here, got no package @tensorflow/tfjs-backend-webgpu. Install it: npm i @tensorflow/tfjs-backend-webgpu@4.',
      { cause },
    );
  }
  const found = namespace.WebGPUBackend ?? namespace.default?.WebGPUBackend;
  if (found === undefined)
    throw new Error(
      '[webgpu] @tensorflow/tfjs-backend-webgpu exports no WebGPUBackend, got another version than 4.22. Install @tensorflow/tfjs-backend-webgpu@4.22.',
    );
  return found;
}
