import type { BuildContext, KernelSource } from '../kernel-source.ts';
import { matmulTable } from '../tile-table.ts';
import type { CutMatmul, Frame } from './frame.ts';
import { frameOf, hasHalfOperands, storeDeclarations, storeText } from './frame.ts';
import { multiplyText, sumsText } from './multiply.ts';
import type { Block, Layout } from './operand.ts';
import { blockVector, loadBlock } from './operand.ts';

/**
 * A product whose workgroups load tiles of both operands into their memory, each number once, and then multiply from there.
 *
 * A tile lies k-major in vectors of four along its outer axis; blocks of 4 x 4 are turned in registers on their way in.
 * Where both operands are float16 and the device's row says so, tiles are kept in f16: the same numbers in half the room.
 *
 * Pure.
 */
export function sharedKernel(cut: CutMatmul, context: BuildContext): KernelSource {
  const { spec, tile, splits } = cut;
  const frame = frameOf(cut, context);
  const [across, down] = tile.workgroup;
  const isHalf = hasHalfOperands(context);
  const half = isHalf && matmulTable[context.device.adapterClass].halfTiles;
  const fast = isHalf && (spec.fast === true || context.device.fastMaths);
  const element = half || fast ? 'f16' : 'f32';
  const [wideA, wideB] = [(down * tile.rows) / 4, (across * tile.columns) / 4];
  const threads = across * down;
  const main = `${frame.begin}
  let row = firstRow + i32(local.y) * ${tile.rows};
  let column = firstColumn + i32(local.x) * ${tile.columns};
  let first = split * params.depthEach;
  let last = min(first + params.depthEach, params.k);
${sumsText(tile, frame)}
  for (var start = ${splits === 1 ? '0' : 'first'}; start < ${splits === 1 ? 'params.k' : 'last'}; start += ${tile.depth}) {
${fillText({ layout: frame.a, wide: wideA, tile: 'tileA', from: 'firstRow', threads, depth: tile.depth, element })}
${fillText({ layout: frame.b, wide: wideB, tile: 'tileB', from: 'firstColumn', threads, depth: tile.depth, element })}
    workgroupBarrier();
    for (var k = 0; k < ${tile.depth}; k += 4) {
${innerText({ cut, frame, wideA, wideB, fast, element })}
    }
    workgroupBarrier();
  }
${storeText(cut, frame)}`;
  return {
    name: 'matmul',
    ports: frame.ports,
    params: frame.params,
    workgroupSize: [across, down, 1],
    dispatch: frame.dispatch,
    ...(element === 'f16' ? { enables: ['f16'] as const } : {}),
    declarations: `var<workgroup> tileA : array<vec4<${element}>, ${tile.depth * wideA}>;
var<workgroup> tileB : array<vec4<${element}>, ${tile.depth * wideB}>;
${storeDeclarations(cut, frame)}`,
    main,
  };
}

interface Fill {
  readonly layout: Layout;
  readonly tile: string;
  /** Vectors in one step of k of the tile. */
  readonly wide: number;
  readonly from: string;
  readonly threads: number;
  readonly depth: number;
  readonly element: string;
}

/** Blocks of 4 x 4 go round the invocations. Beyond the last step of k a tile holds zeros, so that nothing is added. */
function fillText({ layout, tile, wide, from, threads, depth, element }: Fill): string {
  const blocks = (depth / 4) * wide;
  const block = loadBlock({
    layout,
    outer: 4,
    depth: 4,
    base: `base${layout.name}`,
    outerAt: `${from} + (unit % ${wide}) * 4`,
    kAt: 'blockK',
  });
  const vector = (k: number): string => blockVector(block, { outer: 0, k, width: 4, type: 'vec4<f32>' });
  const put = (k: number): string =>
    `      ${tile}[(unit / ${wide} * 4 + ${k}) * ${wide} + unit % ${wide}] = vec4<${element}>(select(vec4<f32>(), ${vector(k)}, blockK + ${k} < last));`;
  return `    for (var unit = i32(localIndex); unit < ${blocks}; unit += ${threads}) {
      let blockK = start + unit / ${wide} * 4;
      ${block.statements.join('\n      ')}
${[0, 1, 2, 3].map(put).join('\n')}
    }`;
}

interface Inner {
  readonly cut: CutMatmul;
  readonly frame: Frame;
  readonly wideA: number;
  readonly wideB: number;
  readonly fast: boolean;
  readonly element: string;
}

function innerText({ cut: { tile }, frame, wideA, wideB, fast, element }: Inner): string {
  const depth = 4;
  const wide = element === 'f16' && !fast ? 'vec4<f32>' : '';
  const tileBlock = (name: string, at: string, vectors: number, groups: number): Block => ({
    statements: Array.from({ length: depth * groups }, (_, i) => {
      const [g, k] = [i % groups, Math.floor(i / groups)];
      return `let ${name}${g}_${k} = ${wide}(tile${name}[(k + ${k}) * ${vectors} + ${at} + ${g}]);`;
    }),
    element: (o, k) => `${name}${o >> 2}_${k}.${'xyzw'[o & 3]}`,
  });
  const a = tileBlock('A', `i32(local.y) * ${tile.rows / 4}`, wideA, tile.rows / 4);
  const b = tileBlock('B', `i32(local.x) * ${tile.columns / 4}`, wideB, tile.columns / 4);
  return [...a.statements, ...b.statements, ...multiplyText({ a, b, depth, tile, frame, fast })].map((line) => `      ${line}`).join('\n');
}
