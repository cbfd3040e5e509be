/** Why a page or a worker gets no adapter, in words that follow a colon. */
export const whyNoAdapter = {
  insecure: 'this page was not opened over https, and browsers offer WebGPU on https and localhost alone',
  missing: 'this browser has no WebGPU',
  'no-adapter': 'this browser has WebGPU, and no graphics adapter to use it with',
  blocked: 'this browser refused to hand out a graphics adapter',
  silent: 'this browser has not answered within ten seconds',
} as const;

const PATIENCE = 10_000; // milliseconds; a GPU process that starts anew takes a few seconds

/** What is looked at: `navigator.gpu`, and whether the place may have it at all. */
export interface GpuPlace {
  readonly gpu: Pick<GPU, 'requestAdapter'> | undefined;
  readonly isSecureContext: boolean;
}

/** An adapter, or why there is none. */
export type AdapterSearch =
  | { readonly state: 'ready'; readonly adapter: GPUAdapter }
  | {
      readonly state: keyof typeof whyNoAdapter;
      readonly why: string;
      /** The browser's own words where it refused. */
      readonly problem?: string;
    };

/** The place that this code runs in, a page or a worker. */
export function ownPlace(): GpuPlace {
  return { gpu: (navigator as { readonly gpu?: GPU }).gpu, isSecureContext: globalThis.isSecureContext };
}

/**
 * Looks whether the browser has WebGPU and an adapter for it. Asks for no device: nothing is allocated on the GPU.
 *
 * @param place - where to look, by default where this runs
 * @param patience - milliseconds to wait for the adapter
 * @returns what was found; never rejects
 */
export async function findAdapter(place: GpuPlace = ownPlace(), patience: number = PATIENCE): Promise<AdapterSearch> {
  const { gpu, isSecureContext } = place;
  if (gpu === undefined || gpu === null) return without(isSecureContext ? 'missing' : 'insecure');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), patience);
  });
  try {
    const adapter = await Promise.race([gpu.requestAdapter({ powerPreference: 'high-performance' }), silence]);
    if (adapter === 'silent') return without('silent');
    return adapter === null ? without('no-adapter') : { state: 'ready', adapter };
  } catch (error) {
    return { ...without('blocked'), problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function without(state: keyof typeof whyNoAdapter): Exclude<AdapterSearch, { readonly state: 'ready' }> {
  return { state, why: whyNoAdapter[state] };
}
