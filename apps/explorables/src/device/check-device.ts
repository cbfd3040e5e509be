import { findAdapter, ownPlace, type AdapterSearch, type GpuPlace } from '@halftone/page/adapter';
import type { BrowserKind } from './browser-kind.ts';
import { browserKind } from './browser-kind.ts';

/** How far a page gets with WebGPU. */
export type CheckState = AdapterSearch['state'];

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
export interface Surroundings extends GpuPlace {
  readonly userAgent: string;
  readonly touchPoints: number;
}

const CPU_ADAPTERS = /llvmpipe|lavapipe|swiftshader|software|basic render|warp/i;

/**
 * Looks whether the device has what Halftone can use. Asks for an adapter, not for a device: nothing is allocated on the GPU.
 *
 * @param surroundings - the page's `navigator.gpu` and the rest
 * @param patience - milliseconds to wait for the adapter, by default those of `findAdapter`
 * @returns what was found; never rejects
 */
export async function checkDevice(surroundings: Surroundings, patience?: number): Promise<DeviceCheck> {
  const { userAgent, touchPoints } = surroundings;
  const base = { userAgent, browser: browserKind(userAgent, touchPoints) };
  const search = await findAdapter(surroundings, patience);
  if (search.state === 'ready') return { ...base, state: 'ready', found: describeAdapter(search.adapter) };
  return { ...base, state: search.state, ...(search.problem === undefined ? {} : { problem: search.problem }) };
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
    ...ownPlace(),
    userAgent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
  };
}
