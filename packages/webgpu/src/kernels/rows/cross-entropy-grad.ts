import type { KernelRecipe } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { CrossEntropyShape } from './cross-entropy.ts';
import { ROW_TILES } from './row-table.ts';

/** What the backward pass is for: `labels` only where they are dense. */
export type CrossEntropyWish = 'logits' | 'labels';

/**
 * Backward pass of cross-entropy, from logits, labels, the saved logarithm of the sum of exponentials, and `dy` of each row:
 * dlogits = (softmax·Σ labels - labels)·dy with one label (or a row of labels whose sum is 1, as tfjs assumes), dlabels = -log softmax·dy.
 *
 * Nothing is summed, so the matrix is one long row: four elements in a load also where a row is no multiple of four.
 */
export function crossEntropyGradRecipe(shape: CrossEntropyShape, wish: CrossEntropyWish): KernelRecipe {
  const { rows, cols, labels, ignoreIndex } = shape;
  const size = rows * cols;
  const width = size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 1;
  const dense = labels === 'dense';
  const elements = Array.from({ length: width }, (_, i) => i);
  const part = (name: string, i: number): string => (width === 1 ? name : `${name}[${i}]`);
  const vector = (list: readonly string[]): string => (width === 1 ? (list[0] ?? '') : `vec${width}<f32>(${list.join(', ')})`);
  return {
    key: `crossEntropyGrad_${labels}_${wish}_${rows}_${cols}_${ignoreIndex}`,
    fuses: { epilogue: true },
    build: ({ device }) => {
      const workgroup = Math.min(ROW_TILES[device.adapterClass].workgroup, device.maxInvocations);
      return {
        name: `crossEntropyGrad_${labels}_${wish}`,
        ports: [
          { name: 'dys', access: 'read', type: 'f32', width: 1, size: rows },
          { name: 'logits', access: 'read', type: 'f32', width, size },
          dense
            ? { name: 'labels', access: 'read', type: 'f32', width, size }
            : { name: 'labels', access: 'read', type: 'i32', width: 1, size: rows },
          { name: 'logSums', access: 'read', type: 'f32', width: 1, size: rows },
          { name: 'results', access: 'write', type: 'f32', width, size },
        ],
        params: [
          { name: 'loads', type: 'i32', value: size / width },
          { name: 'cols', type: 'i32', value: cols },
          { name: 'ignore', type: 'i32', value: ignoreIndex },
          { name: 'nan', type: 'u32', value: 0x7fc00000 },
        ],
        workgroupSize: [workgroup, 1, 1],
        dispatch: spreadGroups(Math.ceil(size / width / workgroup)),
        declarations: PROBABILITY + (dense ? denseElement(wish) : INDEX_ELEMENT),
        main: `
  let at = i32(groupIndex) * ${workgroup} + i32(localIndex);
  if (at < params.loads) {
    let value = load_logits(at);${dense ? '\n    let label = load_labels(at);' : ''}
    store_results(at, ${vector(elements.map((i) => `element(at * ${width} + ${i}, ${part('value', i)}${dense ? `, ${part('label', i)}` : ''})`))});
  }`,
      };
    },
  };
}

/** A row without a softmax stays NaN: drivers' exp may lose it. */
const PROBABILITY = `
fn probability(gap : f32) -> f32 {
  if ((bitcast<u32>(gap) & 0x7fffffffu) > 0x7f800000u) { return gap; }
  return select(exp(gap), 0.0, gap < -87.3);
}`;

const INDEX_ELEMENT = `
fn element(at : i32, value : f32) -> f32 {
  let row = at / params.cols;
  let label = load_labels(row);
  if (label == params.ignore) { return 0.0; }
  if (label < 0 || label >= params.cols) { return bitcast<f32>(params.nan); }
  return (probability(value - load_logSums(row)) - select(0.0, 1.0, label == at - row * params.cols)) * load_dys(row);
}`;

function denseElement(wish: CrossEntropyWish): string {
  return `
fn element(at : i32, value : f32, label : f32) -> f32 {
  let row = at / params.cols;
  let gap = value - load_logSums(row);
  ${wish === 'logits' ? 'return (probability(gap) - label) * load_dys(row);' : 'return -gap * load_dys(row);'}
}`;
}
