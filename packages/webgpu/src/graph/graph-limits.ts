/** Bounds on what may wait, and on what is remembered. */
export const GRAPH_LIMITS = {
  /** Nodes that may wait; a step of ResNet-50 with Adam has about 4,000. */
  nodes: 32768,
  /** Plans that are remembered; the one that was not used for longest goes first. */
  plans: 64,
  /** A plan that needs at least so many bytes of new buffers has the pool emptied before its first run: it has sizes of its own. */
  trimBytes: 1_048_576,
} as const;
