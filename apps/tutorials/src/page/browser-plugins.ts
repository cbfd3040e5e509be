import type { PluginHandle, PluginName, PluginWishes } from '../lesson.ts';
import { openEmulated, openWebGPU } from '../open-plugins.ts';

/** tfjs's wasm binaries, which the site serves itself: a bundler puts each beside the worker. */
const wasmPaths = {
  'tfjs-backend-wasm.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url).href,
  'tfjs-backend-wasm-simd.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
  'tfjs-backend-wasm-threaded-simd.wasm': new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
    import.meta.url,
  ).href,
} as const;

/** What a program runs on in this browser, and why not on a GPU. */
export interface BrowserChoice {
  readonly plugin: Exclude<PluginName, 'node'>;
  /** One line for the visitor; empty where a GPU does the work. */
  readonly note: string;
}

/** Chooses WebGPU where the browser has it and finds an adapter, else exact rounding on the CPU. Works in pages and in workers. */
export async function chooseInBrowser(plugins: readonly PluginName[]): Promise<BrowserChoice> {
  const why = plugins.includes('webgpu') ? await noAdapter() : 'this tutorial has no need of a GPU';
  if (why === null) return { plugin: 'webgpu', note: '' };
  return {
    plugin: 'emulate',
    note: `Runs on the CPU, halves emulated exactly: ${why}. Numbers are those of a GPU, times and bytes are not.`,
  };
}

/** Opens what was chosen and makes it current. */
export function openInBrowser(plugin: BrowserChoice['plugin'], wishes: PluginWishes = {}): Promise<PluginHandle> {
  return plugin === 'webgpu' ? openWebGPU(wishes) : openEmulated({ base: 'wasm', wasmPaths });
}

async function noAdapter(): Promise<string | null> {
  const gpu = (navigator as { readonly gpu?: GPU }).gpu;
  if (gpu === undefined) return 'this browser has no WebGPU';
  const adapter = await gpu.requestAdapter().catch(() => null);
  return adapter === null ? 'this browser has WebGPU and no GPU that it may use' : null;
}
