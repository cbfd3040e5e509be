import { oneHotRows, toTensor } from './host-array.ts';
import type { Batch, ModelOptions } from './model.ts';
import { seeded } from './seeded.ts';

/** Seeded pictures of three channels with seeded classes; the caller owns the tensors. */
export function imageExample({ batch, size, seed }: ModelOptions, classes: number): Batch {
  const random = seeded(seed + 1000);
  const inputs = toTensor({ shape: [batch, size, size, 3], data: random.normals(batch * size * size * 3) });
  return { inputs, targets: oneHotRows(random.integers(batch, classes), classes) };
}
