import { findAdapter } from '@halftone/page/adapter';
import { wasmPaths } from '@halftone/page/wasm';
import type { PluginHandle, PluginName, PluginWishes } from '../lesson.ts';
import { openEmulated, openWebGPU } from '../open-plugins.ts';

/** What a program runs on in this browser, and why not on a GPU. */
export interface BrowserChoice {
  readonly plugin: Exclude<PluginName, 'node'>;
  /** One line for the visitor; empty where a GPU does the work. */
  readonly note: string;
}

/** Chooses WebGPU where the browser has it and finds an adapter, else exact rounding on the CPU. Works in pages and in workers. */
export async function chooseInBrowser(plugins: readonly PluginName[]): Promise<BrowserChoice> {
  const search = plugins.includes('webgpu') ? await findAdapter() : ({ state: 'idle', why: 'this tutorial has no need of a GPU' } as const);
  if (search.state === 'ready') return { plugin: 'webgpu', note: '' };
  return {
    plugin: 'emulate',
    note: `Runs on the CPU, halves emulated exactly: ${search.why}. Numbers are those of a GPU, times and bytes are not.`,
  };
}

/** Opens what was chosen and makes it current. */
export function openInBrowser(plugin: BrowserChoice['plugin'], wishes: PluginWishes = {}): Promise<PluginHandle> {
  return plugin === 'webgpu' ? openWebGPU(wishes) : openEmulated({ base: 'wasm', wasmPaths });
}
