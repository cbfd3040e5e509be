import type { BuildContext, KernelSource } from '../kernel-source.ts';
import type { CutMatmul, Frame } from './frame.ts';
import { frameOf, hasHalfOperands, storeDeclarations, storeText } from './frame.ts';
import { multiplyText, sumsText } from './multiply.ts';
import { loadBlock } from './operand.ts';

/**
 * A product whose invocations load their operands themselves, four steps of k at a time where four divides it, and keep all sums in registers.
 *
 * With one invocation over rows the rows of a are the same for the whole workgroup, which a CPU driver loads once for
 * all lanes. Slices of k meet in workgroup memory and are added in their order.
 *
 * Pure.
 */
export function directKernel(cut: CutMatmul, context: BuildContext): KernelSource {
  const { spec, tile } = cut;
  const frame = frameOf(cut, context);
  const [across, down, slices] = tile.workgroup;
  const fast = (spec.fast === true || context.device.fastMaths) && hasHalfOperands(context);
  const isWhole = slices === 1 && cut.splits === 1;
  const depth = spec.k % 4 === 0 ? 4 : 1; // one loop without a rest: half the text, and it is compiled in half the time
  const a = loadBlock({ layout: frame.a, outer: tile.rows, depth, base: 'baseA', outerAt: 'row', kAt: 'k' });
  const b = loadBlock({ layout: frame.b, outer: tile.columns, depth, base: 'baseB', outerAt: 'column', kAt: 'k' });
  const steps = [...a.statements, ...b.statements, ...multiplyText({ a, b, depth, tile, frame, fast })];
  const main = `${frame.begin}
  let row = firstRow${down === 1 ? '' : ` + i32(local.y) * ${tile.rows}`};
  let column = firstColumn + i32(local.x) * ${tile.columns};
${sumsText(tile, frame)}
${isWhole ? '  var k = 0;\n  let last = params.k;' : partText(slices)}
  for (; k < last; k += ${depth}) {
    ${steps.join('\n    ')}
  }
${slices === 1 ? '' : meetText(cut, frame)}
${storeText(cut, frame)}`;
  const memory = slices === 1 ? '' : `var<workgroup> parts : array<${frame.type}, ${(slices - 1) * across * down * sumsOf(cut)}>;`;
  return {
    name: 'matmul',
    ports: frame.ports,
    params: frame.params,
    workgroupSize: [across, down, slices],
    dispatch: frame.dispatch,
    ...(fast ? { enables: ['f16'] as const } : {}),
    declarations: [memory, storeDeclarations(cut, frame)].join('\n'),
    main,
  };
}

function sumsOf({ tile }: CutMatmul): number {
  return tile.rows * Math.max(1, tile.columns / 4);
}

function partText(slices: number): string {
  const part = slices === 1 ? 'split' : `(split * ${slices} + i32(local.z))`;
  return `  var k = min(${part} * params.depthEach, params.k);\n  let last = min(k + params.depthEach, params.k);`;
}

/** All slices but the first leave their sums, the first adds them in order and goes on alone. */
function meetText(cut: CutMatmul, { type }: Frame): string {
  const { tile } = cut;
  const [across, down, slices] = tile.workgroup;
  const names = Array.from({ length: tile.rows }, (_, r) =>
    Array.from({ length: Math.max(1, tile.columns / 4) }, (_c, c) => `acc${r}_${c}`),
  ).flat();
  const plane = across * down;
  const at = (slice: string, i: number): string => `(${slice} * ${names.length} + ${i}) * ${plane} + lane`;
  return `  let lane = i32(local.y) * ${across} + i32(local.x);
  if (local.z > 0u) {
${names.map((name, i) => `    parts[${at('(i32(local.z) - 1)', i)}] = ${name};`).join('\n')}
  }
  workgroupBarrier();
  if (local.z > 0u) { return; }
  for (var slice = 0; slice < ${slices - 1}; slice += 1) {
${names.map((name, i) => `    ${name} += ${type}(parts[${at('slice', i)}]);`).join('\n')}
  }`;
}
