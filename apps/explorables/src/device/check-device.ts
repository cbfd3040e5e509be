import type { BrowserKind } from './browser-kind.ts';
import { browserKind } from './browser-kind.ts';

/** How far a page gets with WebGPU. */
export type CheckState = 'insecure' | 'missing' | 'no-adapter' | 'blocked' | 'silent' | 'ready';

/** What a page can know of its device without loading anything. Plain JSON. */
export interface DeviceCheck {
  readonly state: CheckState;
  readonly userAgent: string;
  readonly browser: BrowserKind;
  /** The browser's own words where it refused. */
  readonly problem?: string;
  readonly found?: AdapterFindings;
}

export interface AdapterFindings {
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isCpu: boolean;
  };
  readonly shaderF16: boolean;
  readonly subgroups: boolean;
  readonly limits: Readonly<Record<(typeof LIMITS)[number], number>>;
}

/** The limits that Halftone's kernels can use. */
export const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** What the check looks at; in a page its `navigator` and whether it is secure. */
export interface Surroundings {
  readonly gpu: Pick<GPU, 'requestAdapter'> | undefined;
  readonly isSecureContext: boolean;
  readonly userAgent: string;
  readonly touchPoints: number;
}

const PATIENCE = 10_000; // milliseconds; a GPU process that starts anew takes a few seconds
const CPU_ADAPTERS = /llvmpipe|lavapipe|swiftshader|software|basic render|warp/i;

/**
 * Looks whether the device has what Halftone can use. Asks for an adapter, not for a device: nothing is allocated on the GPU.
 *
 * @param surroundings - the page's `navigator.gpu` and the rest
 * @param patience - milliseconds to wait for the adapter
 * @returns what was found; never rejects
 */
export async function checkDevice(surroundings: Surroundings, patience: number = PATIENCE): Promise<DeviceCheck> {
  const { gpu, isSecureContext, userAgent, touchPoints } = surroundings;
  const base = { userAgent, browser: browserKind(userAgent, touchPoints) };
  if (gpu === undefined || gpu === null) return { ...base, state: isSecureContext ? 'missing' : 'insecure' };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), patience);
  });
  try {
    const adapter = await Promise.race([gpu.requestAdapter({ powerPreference: 'high-performance' }), silence]);
    if (adapter === 'silent') return { ...base, state: 'silent' };
    return adapter === null ? { ...base, state: 'no-adapter' } : { ...base, state: 'ready', found: describeAdapter(adapter) };
  } catch (error) {
    return { ...base, state: 'blocked', problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Browsers of different ages say different parts of an adapter's name, or none. */
function describeAdapter({ info, features, limits }: GPUAdapter): AdapterFindings {
  const {
    vendor = '',
    architecture = '',
    device = '',
    description = '',
    isFallbackAdapter = false,
  } = (info as Partial<GPUAdapterInfo> | undefined) ?? {};
  const name = description || device || architecture || vendor || 'an adapter without a name';
  return {
    adapter: {
      vendor,
      architecture,
      device,
      description: name,
      isCpu: CPU_ADAPTERS.test(`${vendor} ${architecture} ${device} ${description}`) || isFallbackAdapter,
    },
    shaderF16: features.has('shader-f16'),
    subgroups: features.has('subgroups'),
    limits: Object.fromEntries(LIMITS.map((limit) => [limit, limits[limit]])) as Record<(typeof LIMITS)[number], number>,
  };
}

/** The surroundings of this page. */
export function pageSurroundings(): Surroundings {
  return {
    gpu: (navigator as { readonly gpu?: GPU }).gpu,
    isSecureContext: globalThis.isSecureContext,
    userAgent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
  };
}
