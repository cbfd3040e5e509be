import type { HalfBackend } from './backend.ts';

/** Options of `WebGPUHandle.warmUp`. */
export interface WarmUpOptions {
  /** Called after each kernel that has been compiled. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Runs a function whose kernels are compiled without blocking; see `WebGPUHandle.warmUp`. */
export async function warmUp<T>(backend: HalfBackend, work: () => T, { onProgress = () => undefined }: WarmUpOptions): Promise<T> {
  backend.flush();
  const result = work();
  if (typeof result === 'object' && result !== null && 'then' in result) {
    void Promise.resolve(result as unknown).catch(() => undefined); // its own failure must not hide this one
    throw new TypeError(
      '[webgpu] warmUp needs a synchronous function, got one that returned a Promise. Pass () => model.predict(x) or () => optimizer.minimize(loss).',
    );
  }
  await backend.lazy?.compile(onProgress);
  return result;
}
