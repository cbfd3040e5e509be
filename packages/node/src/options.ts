/** Options of `registerNode` and `useNode`. */
export interface NodeOptions {
  /** Which package of TensorFlow.js to use. `auto` (default) takes the one that is loaded already, else tfjs-node-gpu, else tfjs-node. */
  readonly package?: 'auto' | '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';
  /** Fails where TensorFlow has no GPU. Default `false`. */
  readonly requireGpu?: boolean;
  /** Bytes that casts of weights and inputs may take beside them. Default 512 MiB; 0 casts anew each time. */
  readonly castCacheBytes?: number;
}

/** Options that are complete and have been checked. */
export type NodePlan = Required<NodeOptions>;

const packages = ['auto', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'] as const;
const names = ['package', 'requireGpu', 'castCacheBytes'] as const;
const DEFAULT_CACHE = 512 * 1024 * 1024;

/**
 * Checks options and fills in what was left out.
 *
 * @throws TypeError or RangeError for what does not exist
 */
export function planOf(options: NodeOptions): NodePlan {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`[node] options must be an object, got ${String(options)}. Pass { … } or nothing.`);
  for (const name of Object.keys(options)) {
    if (!(names as readonly string[]).includes(name))
      throw new TypeError(`[node] an option must be one of ${names.join(', ')}, got '${name}'. Correct its name.`);
  }
  const { package: chosen = 'auto', requireGpu = false, castCacheBytes = DEFAULT_CACHE } = options;
  if (!packages.includes(chosen))
    throw new RangeError(`[node] package must be one of ${packages.join(', ')}, got '${String(chosen)}'. Leave it out to have it found.`);
  if (typeof requireGpu !== 'boolean')
    throw new TypeError(`[node] requireGpu must be true or false, got ${String(requireGpu)}. Leave it out for false.`);
  if (!Number.isFinite(castCacheBytes) || castCacheBytes < 0)
    throw new RangeError(
      `[node] castCacheBytes must be a number of bytes from 0 on, got ${String(castCacheBytes)}. Leave it out for 512 MiB.`,
    );
  return { package: chosen, requireGpu, castCacheBytes };
}
