import type { BuildContext, KernelSource, Param, Port } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { MatmulTile } from '../tile-table.ts';
import { activationText } from './activation.ts';
import type { MatmulSpec } from './matmul-spec.ts';
import { batchOf, outputsOf } from './matmul-spec.ts';
import type { Layout } from './operand.ts';

/** What the two kinds of kernels have in common: bindings, numbers, and which outputs a workgroup makes. */
export interface Frame {
  readonly a: Layout;
  readonly b: Layout;
  /** How many columns a vector of sums holds, and its type. */
  readonly lanes: 1 | 2 | 4;
  readonly type: 'f32' | 'vec2<f32>' | 'vec4<f32>';
  readonly ports: readonly Port[];
  readonly params: readonly Param[];
  readonly dispatch: KernelSource['dispatch'];
  /** Sets `plane` (product and split), `baseA`, `baseB`, `firstRow`, `firstColumn` (of the workgroup), `split`. */
  readonly begin: string;
}

/** A product cut for one device; `splits` above 1 makes partial sums `[splits, batch, m, n]` over equal parts of k. */
export interface CutMatmul {
  readonly spec: MatmulSpec;
  readonly tile: MatmulTile;
  readonly splits: number;
}

/** Steps of k that each part (split and slice) sums, a multiple of the tile's depth. */
export function depthEach({ spec: { k }, tile, splits }: CutMatmul): number {
  const parts = splits * tile.workgroup[2];
  return Math.max(1, Math.ceil(k / parts / tile.depth)) * tile.depth;
}

/** Whether both operands are float16 on a device that has the type. */
export function hasHalfOperands({ device, inputs }: BuildContext): boolean {
  return device.shaderF16 && inputs[0]?.storage === 'float16' && inputs[1]?.storage === 'float16';
}

const TYPES = { 1: 'f32', 2: 'vec2<f32>', 4: 'vec4<f32>' } as const;

/** Pure. */
export function frameOf(cut: CutMatmul, { inputs }: BuildContext): Frame {
  const { spec, tile, splits } = cut;
  const { m, n, k, batchA, batchB, transposeA, transposeB, repeatA = 1, repeatB = 1, leak = 0.2 } = spec;
  const batch = batchOf(spec);
  const [across, down] = tile.workgroup;
  const [rowsEach, columnsEach] = [down * tile.rows, across * tile.columns];
  const [rowGroups, columnGroups] = [Math.ceil(m / rowsEach), Math.ceil(n / columnsEach)];
  const groups = batch * splits * rowGroups * columnGroups;
  const lanes = tile.columns === 1 || tile.columns === 2 ? tile.columns : 4;
  const outWidth = lanes === 4 && n % 4 === 0 ? 4 : 1;
  const layout = (name: string, along: 'k' | 'outer', [outer, length, each]: readonly [string, number, number]): Layout => ({
    name,
    contiguous: along,
    outer,
    width: along === 'k' ? (k % 4 === 0 ? 4 : 1) : length % 4 === 0 && each % 4 === 0 ? 4 : 1,
  });
  const a = layout('A', transposeA ? 'outer' : 'k', ['m', m, tile.rows]);
  const b = layout('B', transposeB ? 'k' : 'outer', ['n', n, tile.columns]);
  const isPartial = splits > 1;
  const port = (name: string, access: 'read' | 'write', width: 1 | 4, size: number): Port => ({ name, access, type: 'f32', width, size });
  const slopesSize = spec.slopes === 'one' ? 1 : n;
  const i32 = (values: Record<string, number>): Param[] => Object.entries(values).map(([name, value]) => ({ name, type: 'i32', value }));
  return {
    a,
    b,
    lanes,
    type: TYPES[lanes],
    ports: [
      port('A', 'read', a.width, inputs[0]?.size ?? batchA * m * k),
      port('B', 'read', b.width, inputs[1]?.size ?? batchB * n * k),
      ...(spec.bias === true && !isPartial ? [port('bias', 'read', outWidth, n)] : []),
      ...(spec.activation === 'prelu' && !isPartial ? [port('slopes', 'read', slopesSize === 1 ? 1 : outWidth, slopesSize)] : []),
      port('C', 'write', outWidth, outputsOf(spec) * splits),
    ],
    params: [
      ...i32({ m, n, k, batch, batchA, repeatA, batchB, repeatB, rowGroups, columnGroups, groups, depthEach: depthEach(cut) }),
      ...(spec.activation === 'leakyrelu' && !isPartial ? [{ name: 'leak', type: 'f32', value: leak } as const] : []),
    ],
    dispatch: spreadGroups(groups),
    begin: `  if (i32(groupIndex) >= params.groups) { return; }
  let tileIndex = i32(groupIndex) % (params.rowGroups * params.columnGroups);
  let plane = i32(groupIndex) / (params.rowGroups * params.columnGroups);
  let product = plane % params.batch;
  let split = plane / params.batch;
  let firstRow = (tileIndex % params.rowGroups) * ${rowsEach};
  let firstColumn = (tileIndex / params.rowGroups) * ${columnsEach};
  let baseA = ((product / params.repeatA) % params.batchA) * params.m * params.k;
  let baseB = ((product / params.repeatB) % params.batchB) * params.n * params.k;`,
  };
}

/** The functions that `storeText` calls. */
export function storeDeclarations({ spec, splits }: CutMatmul, { type }: Frame): string {
  const { activation = 'linear' } = spec;
  return splits > 1 || activation === 'linear' ? '' : activationText(activation, type);
}

/** Adds the bias, applies the activation and stores the sums `acc{row}_{group}`, each inside the matrix exactly once. */
export function storeText({ spec, tile, splits }: CutMatmul, { lanes, type, ports }: Frame): string {
  const isPartial = splits > 1;
  const activation = isPartial ? 'linear' : (spec.activation ?? 'linear');
  const isWide = ports.at(-1)?.width === 4;
  const perColumn = (name: string, group: number): string => {
    if (isWide) return `load_${name}((column + ${group * lanes}) / 4)`;
    return `${type}(${Array.from({ length: lanes }, (_, i) => `load_${name}(column + ${group * lanes + i})`).join(', ')})`;
  };
  const groups = Array.from({ length: Math.max(1, tile.columns / 4) }, (_, c) => c);
  const hasBias = spec.bias === true && !isPartial;
  const slopes = (c: number): string => (spec.slopes === 'one' ? `${type}(load_slopes(0))` : perColumn('slopes', c));
  const lines = groups.flatMap((c) => [
    ...(hasBias ? [`  let bias${c} = ${perColumn('bias', c)};`] : []),
    ...(activation === 'prelu' ? [`  let slope${c} = ${slopes(c)};`] : []),
  ]);
  for (let r = 0; r < tile.rows; r += 1) {
    lines.push(`  if (row + ${r} < params.m) {`, `    let at = (plane * params.m + row + ${r}) * params.n + column;`);
    for (const c of groups) {
      const sum = hasBias ? `acc${r}_${c} + bias${c}` : `acc${r}_${c}`;
      const value = activation === 'linear' ? sum : `activate(${sum}${activation === 'prelu' ? `, slope${c}` : ''})`;
      const first = c * lanes;
      if (isWide) lines.push(`    if (column + ${first} < params.n) { store_C(at / 4 + ${c}, ${value}); }`);
      else {
        lines.push(`    let value${c} = ${value};`);
        for (let i = 0; i < lanes; i += 1)
          lines.push(
            `    if (column + ${first + i} < params.n) { store_C(at + ${first + i}, value${c}${lanes === 1 ? '' : `.${'xyzw'[i]}`}); }`,
          );
      }
    }
    lines.push('  }');
  }
  return lines.join('\n');
}
