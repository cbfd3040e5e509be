import type { KernelRow } from './kernel-row.ts';
import { elementwiseKernels } from './tables/elementwise.ts';
import { imageKernels } from './tables/images.ts';
import { movementKernels } from './tables/movement.ts';
import { outsideKernels } from './tables/outside.ts';
import { productKernels } from './tables/products.ts';
import { reductionKernels } from './tables/reductions.ts';
import { transcendentalKernels } from './tables/transcendental.ts';

/**
 * The class of every kernel of tfjs, one row a kernel, by the name that tfjs gives it.
 *
 * It merges the lists of PyTorch's autocast, TensorFlow's grappler, Apex and the ONNX converters with what WGSL promises about
 * its functions. Frozen data; overrides belong to a policy (`withOps`), not in here.
 *
 * @example
 * kernelTable['Conv2D']?.float16; // 'allow'
 * kernelTable['Exp']?.why; // 'float16 is infinite from exp(11.1) on'
 */
export const kernelTable: Readonly<Record<string, KernelRow>> = /* @__PURE__ */ freezeRows({
  ...productKernels,
  ...transcendentalKernels,
  ...reductionKernels,
  ...elementwiseKernels,
  ...movementKernels,
  ...imageKernels,
  ...outsideKernels,
});

function freezeRows(rows: Record<string, KernelRow>): Readonly<Record<string, KernelRow>> {
  for (const row of Object.values(rows)) Object.freeze(row);
  return Object.freeze(rows);
}
