import type { NodeStatistics } from '../binding/op-counters.ts';

/** How much of the work was in 16 bits, by what TensorFlow was really given. */
export interface HalfShare {
  /** Part of the runs of ops with float inputs that computed in half, 0 to 1. */
  readonly ofOps: number;
  /** The same of matrix products and convolutions, forward and backward: where the time is. */
  readonly ofProducts: number;
  /** Part of the float inputs of products that were 16 bits wide. */
  readonly ofProductInputs: number;
  /** Ops that the policy wanted in half and the library cannot compute so, by runs. */
  readonly fallbacks: Readonly<Record<string, number>>;
}

const PRODUCT = /MatMul|Conv[23]D|DepthwiseConv2d|Einsum/;

/**
 * Reads the share of half from the plug-in's counters.
 *
 * Pure.
 */
export function halfShareOf({ ops }: Pick<NodeStatistics, 'ops'>): HalfShare {
  const counted = Object.entries(ops).filter(([, { floatInputs }]) => floatInputs > 0);
  const products = counted.filter(([op]) => PRODUCT.test(op));
  const part = (rows: typeof counted, above: 'halfRuns' | 'halfInputs', below: 'runs' | 'floatInputs'): number => {
    const all = rows.reduce((sum, [, counts]) => sum + counts[below], 0);
    return all === 0 ? 0 : rows.reduce((sum, [, counts]) => sum + counts[above], 0) / all;
  };
  return {
    ofOps: part(counted, 'halfRuns', 'runs'),
    ofProducts: part(products, 'halfRuns', 'runs'),
    ofProductInputs: part(products, 'halfInputs', 'floatInputs'),
    fallbacks: Object.fromEntries(counted.filter(([, { fallbacks }]) => fallbacks > 0).map(([op, { fallbacks }]) => [op, fallbacks])),
  };
}
