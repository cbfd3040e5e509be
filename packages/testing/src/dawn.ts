/** Dawn's switches: experimental features become visible, and f16 on NVIDIA, which Dawn hides below driver 615.71 (crbug.com/42251215). */
const TOGGLES = ['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia'] as const;
const INSTALLED = Symbol.for('halftone/testing.dawn');

/** The part of the npm package `webgpu` that is used here. */
interface DawnModule {
  readonly create: (options: string[]) => GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

/**
 * Gives this Node process WebGPU: sets the GPU classes as globals and `navigator.gpu`, by the npm package `webgpu` (Dawn). A browser's own
 * is handed out as it is, so that the same test runs in both.
 *
 * Changes globals, so it is a function and no import does it. Runs once per process; later calls hand out the same
 * object, also from a second copy of this package. A `navigator` that Node has already keeps its other properties.
 *
 * @returns Dawn's entry point, the same as `navigator.gpu`; it lives as long as the process, as devices die with it
 * @throws Error if the package `webgpu` is not installed, or a browser has no WebGPU
 *
 * @example
 * const gpu = await dawn();
 * (await gpu.requestAdapter())?.features.has('shader-f16'); // true on lavapipe of Mesa 25 and later
 */
export async function dawn(): Promise<GPU> {
  const scope: typeof globalThis & { [INSTALLED]?: GPU } = globalThis;
  const known = scope[INSTALLED];
  if (known !== undefined) return known;
  if (!runsInNode()) return browserGpu(globalThis.navigator);
  const { create, globals } = await loadDawn();
  process.env['XDG_RUNTIME_DIR'] ??= '/tmp'; // Mesa warns on stderr without it
  const gpu = create([...TOGGLES]);
  Object.assign(globalThis, globals);
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true, enumerable: true });
  Object.defineProperty(globalThis, INSTALLED, { value: gpu });
  return gpu;
}

/**
 * Tells whether this is Node: a page has no threads and files of Node, but its own WebGPU.
 *
 * Pure.
 */
export function runsInNode(): boolean {
  return (globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } }).process?.versions?.node !== undefined;
}

/**
 * The WebGPU that a browser brings.
 *
 * Pure.
 *
 * @throws Error if it brings none
 */
export function browserGpu(navigator: Partial<NavigatorGPU>): GPU {
  if (navigator.gpu !== undefined) return navigator.gpu;
  throw new Error(
    '[testing] the browser must have WebGPU for dawn(), got no navigator.gpu. Use Chromium on localhost with --enable-unsafe-webgpu.',
  );
}

async function loadDawn(): Promise<DawnModule> {
  const name: string = 'webgpu'; // optional, so not for bundlers and type checkers to resolve
  try {
    return (await import(/* @vite-ignore */ name)) as DawnModule;
  } catch (cause) {
    throw new Error('[testing] package webgpu must be installed for dawn(), got an import error. Run npm install --save-dev webgpu.', {
      cause,
    });
  }
}

/**
 * Tells whether Dawn finds a GPU driver on this machine, a CPU driver such as lavapipe included.
 *
 * Waits for Dawn's adapter; sets the same globals as `dawn()`.
 *
 * @returns `false` also where the package `webgpu` is missing or its library does not load
 */
export async function hasVulkan(): Promise<boolean> {
  try {
    const gpu = await dawn();
    return (await gpu.requestAdapter()) !== null;
  } catch {
    return false;
  }
}
