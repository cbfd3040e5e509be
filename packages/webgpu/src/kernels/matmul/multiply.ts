import type { MatmulTile } from '../tile-table.ts';
import type { Frame } from './frame.ts';
import type { Block } from './operand.ts';
import { blockVector } from './operand.ts';

/** Two blocks in registers whose outer products are added to the sums. */
export interface Multiply {
  readonly a: Block;
  readonly b: Block;
  readonly depth: number;
  readonly tile: Pick<MatmulTile, 'rows' | 'columns'>;
  readonly frame: Pick<Frame, 'lanes' | 'type'>;
  /** Multiply and add in f16 within the block. */
  readonly fast: boolean;
}

function groupsOf({ columns }: Pick<MatmulTile, 'columns'>): number {
  return Math.max(1, columns / 4);
}

/** Declares the sums of one invocation, `acc{row}_{group of columns}`. */
export function sumsText(tile: Pick<MatmulTile, 'rows' | 'columns'>, { type }: Pick<Frame, 'type'>): string {
  const lines: string[] = [];
  for (let r = 0; r < tile.rows; r += 1) for (let c = 0; c < groupsOf(tile); c += 1) lines.push(`  var acc${r}_${c} = ${type}();`);
  return lines.join('\n');
}

/** Adds the products of two blocks, one step of k after the other. */
export function multiplyText({ a, b, depth, tile, frame, fast }: Multiply): string[] {
  const groups = groupsOf(tile);
  const type = fast ? frame.type.replace('f32', 'f16') : frame.type;
  const lines: string[] = [];
  for (let k = 0; k < depth; k += 1) {
    for (let c = 0; c < groups; c += 1) lines.push(`let b${c}_${k} = ${blockVector(b, { outer: c * 4, k, width: frame.lanes, type })};`);
    for (let r = 0; r < tile.rows; r += 1) {
      lines.push(`let a${r}_${k} = ${type}(${fast ? 'f16' : ''}(${a.element(r, k)}));`);
      for (let c = 0; c < groups; c += 1) {
        const term = `a${r}_${k} * b${c}_${k}`; // not fma(), which a CPU driver may compute exactly and slowly
        if (!fast) lines.push(`acc${r}_${c} += ${term};`);
        else lines.push(k === 0 ? `var part${r}_${c} = ${term};` : `part${r}_${c} += ${term};`);
      }
    }
  }
  if (fast)
    for (let r = 0; r < tile.rows; r += 1) for (let c = 0; c < groups; c += 1) lines.push(`acc${r}_${c} += ${frame.type}(part${r}_${c});`);
  return lines;
}
