import * as tf from '@tensorflow/tfjs-core';

/** How a user of plain Node makes each backend of stock tfjs current; gives what to call at the end. */
export async function openBackend(name: string): Promise<() => void> {
  if (name.startsWith('halftone-')) return usePlugin(name);
  if (name === 'webgpu') await openDawn();
  const packages: Record<string, string> = { tensorflow: '@tensorflow/tfjs-node' };
  await import(packages[name] ?? `@tensorflow/tfjs-backend-${name}`);
  if (!(await tf.setBackend(name))) throw new Error(`tfjs has no backend ${name} here`);
  await tf.ready();
  return () => tf.removeBackend(name);
}

/** Our own plug-ins bring their device themselves. Not every folder has them, so their names are no literals. */
async function usePlugin(name: string): Promise<() => void> {
  const plugin = (await import(name.replace('halftone-', '@halftone/'))) as Record<string, () => Promise<{ dispose(): void }>>;
  const handle = await (plugin['useWebGPU'] ?? plugin['useNode'] ?? plugin['useEmulated'])?.();
  if (handle === undefined) throw new Error(`${name} has no use…()`);
  return () => handle.dispose();
}

async function openDawn(): Promise<void> {
  const dawn = (await import('webgpu' as string)) as { create(options: string[]): object; globals: object };
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}
