/** WebGPU as this runtime has it, and how to leave the globals as they were. */
export interface RuntimeGpu {
  readonly gpu: GPU;
  undo(): void;
}

/** Dawn's own switches: experimental features visible, and half precision on NVIDIA's Vulkan driver, which Dawn hides. */
const DAWN_FEATURES = 'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia';

/** Dawn's instance must outlive its devices, so it is kept for the life of the process once made. */
let dawn: GPU | undefined;

/**
 * Finds `navigator.gpu`, and in Node brings it from the npm package `webgpu` (Dawn).
 *
 * tfjs reads WebGPU from globals, so in Node they are set here and taken away by `undo`.
 */
export async function runtimeGpu(): Promise<RuntimeGpu> {
  const present = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (present !== undefined && present !== null) return { gpu: present, undo: () => undefined };
  if ((globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node === undefined) {
    throw new Error(
      '[webgpu] this browser has no WebGPU, got no navigator.gpu. Use a current Chrome, Edge, Safari or Firefox on https or localhost, or useEmulated() from @halftone/emulate.',
    );
  }
  const { create, globals } = await importDawn();
  dawn ??= create([DAWN_FEATURES]);
  const added = addGlobals(globals);
  const removeNavigator = addNavigator(dawn);
  return {
    gpu: dawn,
    undo: () => {
      removeNavigator();
      for (const name of added) delete (globalThis as Record<string, unknown>)[name];
    },
  };
}

interface DawnModule {
  create(options: string[]): GPU;
  globals: Record<string, unknown>;
}

async function importDawn(): Promise<DawnModule> {
  const specifier = 'webgpu'; // a variable, so that bundlers for browsers do not look for it
  try {
    return (await import(/* @vite-ignore */ specifier)) as DawnModule;
  } catch (cause) {
    throw new Error(
      "[webgpu] Node has no WebGPU of its own, got no npm package 'webgpu'. Install it (npm i webgpu), or useEmulated() from @halftone/emulate.",
      { cause },
    );
  }
}

function addGlobals(globals: Record<string, unknown>): string[] {
  const missing = Object.keys(globals).filter((name) => !(name in globalThis));
  for (const name of missing) Object.defineProperty(globalThis, name, { value: globals[name], configurable: true, writable: true });
  return missing;
}

function addNavigator(gpu: GPU): () => void {
  const navigator = globalThis.navigator as Navigator | undefined;
  if (navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
    return () => void delete (globalThis as { navigator?: unknown }).navigator;
  }
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return () => void delete (navigator as { gpu?: unknown }).gpu;
}
