import { spreadGroups } from '../../kernels/kernel-source.ts';
import type { ReduceDomain } from '../fusion/domain.ts';
import { domainOf } from '../fusion/domain.ts';
import type { ReduceNode } from '../node.ts';
import type { Run } from '../view.ts';
import type { EmittedKernel } from './binder.ts';
import { Binder } from './binder.ts';
import type { Combine } from './combine.ts';
import { combineOf } from './combine.ts';
import { Emitter } from './emitter.ts';
import type { GroupText } from './map-kernel.ts';
import { labelOf } from './map-kernel.ts';

const WORKGROUP = 64;

/** How a reduction is spread over invocations. */
interface Spread {
  /** Elements of the input in one load: neighbours in a row, or neighbouring columns. */
  readonly width: 1 | 4;
  /** Invocations that share one output (or four neighbouring ones); a power of two. */
  readonly lanes: number;
  /** Outputs (or fours of them) of one workgroup. */
  readonly units: number;
}

interface Accumulator {
  readonly name: string;
  readonly node: ReduceNode;
  readonly combine: Combine;
}

/**
 * Reductions over one domain, and the elementwise nodes that follow them, in one dispatch. What is reduced is computed on
 * the way. Order of summation is fixed by the shape alone, so results are the same in every run.
 */
export function emitReductions(members: readonly number[], { graph, inlined, inPlace, round, stored }: GroupText): EmittedKernel {
  const binder = new Binder(graph, { inPlace });
  const reductions = members.map((index) => graph.nodes[index]).filter((node): node is ReduceNode => node?.kind === 'reduce');
  const domain = domainOf(reductions[0] as ReduceNode);
  const { width, lanes, units } = spreadOf(domain);
  const accumulators = reductions.map((node, index): Accumulator => ({
    name: `acc${index}`,
    node,
    combine: combineOf(node.op, graph.slots[node.inputs[0]]?.dtype ?? 'float32'),
  }));
  for (const { combine } of accumulators)
    for (const [name, text] of Object.entries(combine.functions ?? {})) binder.functions.set(name, text);
  const bits = (value: number): string => binder.number(value);
  const columnWidth = domain.rows ? 1 : width;
  const rowWidth = domain.rows ? width : 1;

  const loop = new Emitter(binder, { inlined, round });
  const added = accumulators.map(({ name, node, combine }) => {
    const value = loop.expression(
      loop.value(node.inputs[0], 'e', width),
      combine.type === 'f' ? 'f' : node.op === 'any' || node.op === 'all' ? 'b' : 'i',
      width,
    );
    const number = node.op === 'any' || node.op === 'all' ? `${typeOf(combine, width)}(${value})` : value;
    return `${name} = ${combine.code(name, number, width)};`;
  });

  const start = accumulators.map(
    ({ name, combine }) => `  var ${name} : ${typeOf(combine, width)} = ${typeOf(combine, width)}(${combine.start(bits)});`,
  );
  const accumulate = `  if (inside) {
    let base : i32 = ${position(binder, domain.kept, 'q')};
    for (var r : i32 = lane${rowWidth === 4 ? ' * 4' : ''}; r < ${binder.number(domain.count)}; r += ${lanes * rowWidth}) {
      let e : i32 = base + ${position(binder, domain.reduced, 'r')};
${[...loop.lines, ...added].map((line) => `      ${line}`).join('\n')}
    }
  }`;
  const folded = accumulators.map(({ name, combine }) =>
    rowWidth === 4
      ? `  let ${name}_row : ${typeOf(combine, 1)} = ${[1, 2, 3].reduce((sum, k) => combine.code(sum, `${name}[${k}]`, 1), `${name}[0]`)};`
      : `  let ${name}_row : ${typeOf(combine, columnWidth)} = ${name};`,
  );
  const shared =
    lanes === 1
      ? []
      : accumulators.map(({ name, combine }) => `var<workgroup> shared_${name} : array<${typeOf(combine, columnWidth)}, ${WORKGROUP}>;`);

  const ending = new Emitter(binder, { inlined, round, prefix: 'w' });
  const raw = new Map<number, { readonly name: string; readonly type: 'f' | 'i' }>();
  for (const { name, node, combine } of accumulators) {
    const result = { name: `${name}_result`, type: combine.type };
    raw.set(node.outputs[0], result);
    ending.provide(node.outputs[0], 'q', columnWidth, result);
  }
  for (const index of members) {
    const node = graph.nodes[index];
    const slot = node?.outputs[0] ?? -1;
    const value = node?.kind === 'reduce' ? raw.get(slot) : ending.compute(index, 'q', columnWidth);
    if (value !== undefined && stored(slot)) ending.store(slot, 'q', columnWidth, value);
  }
  const result = accumulators.map(({ name }) => `    let ${name}_result = ${lanes === 1 ? `${name}_row` : `shared_${name}[localIndex]`};`);
  const unitCount = domain.outputs / columnWidth;
  const main = `  let lane : i32 = i32(${domain.rows ? `localIndex % ${lanes}u` : `localIndex / ${units}u`});
  let unit : i32 = i32(groupIndex) * ${units} + i32(${domain.rows ? `localIndex / ${lanes}u` : `localIndex % ${units}u`});
  let inside = unit < ${binder.number(unitCount)};
  let q : i32 = unit${columnWidth === 4 ? ' * 4' : ''};
${start.join('\n')}
${accumulate}
${folded.join('\n')}
${lanes === 1 ? '' : tree(accumulators, { lanes, units, rows: domain.rows, width: columnWidth })}
  if (inside && lane == 0) {
${[...result, ...[...ending.lines, ...ending.stores].map((line) => `    ${line}`)].join('\n')}
  }`;
  const { ports, params, slots, scalars, declarations } = binder.finish();
  return {
    source: {
      name: labelOf(graph, members),
      ports,
      params,
      workgroupSize: [WORKGROUP, 1, 1],
      dispatch: spreadGroups(Math.ceil(unitCount / units)),
      declarations: [declarations, ...shared].join('\n'),
      main,
    },
    slots,
    scalars,
  };
}

const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, least)));

/** Vector loads where neighbours allow it; as many lanes as leave each at least four steps. */
function spreadOf({ kept, reduced, outputs, count, rows }: ReduceDomain): Spread {
  const inner = rows ? reduced.at(-1) : kept.at(-1);
  const others = [...kept, ...reduced].filter((run) => run !== inner);
  const vector = inner !== undefined && inner.stride === 1 && inner.length % 4 === 0 && others.every(({ stride }) => stride % 4 === 0);
  const width = vector ? 4 : 1;
  const steps = rows ? Math.ceil(count / width) : count;
  const wantedUnits = rows ? 1 : Math.min(powerOfTwo(outputs / width), 16);
  const lanes = Math.min(WORKGROUP / wantedUnits, powerOfTwo(steps / 4));
  return { width, lanes, units: WORKGROUP / lanes };
}

function typeOf({ type }: Combine, width: 1 | 4): string {
  const scalar = type === 'f' ? 'f32' : 'i32';
  return width === 4 ? `vec4<${scalar}>` : scalar;
}

/** Σ coordinate × stride as one expression; runs are few. */
function position(binder: Binder, runs: readonly Run[], flat: string): string {
  if (runs.length === 0) return '0';
  let divisor = '';
  const terms = [...runs].reverse().map(({ length, stride }, index) => {
    const rest = divisor === '' ? flat : `(${flat} / ${divisor})`;
    const coordinate = index === runs.length - 1 ? rest : `(${rest} % ${binder.number(length)})`;
    divisor = divisor === '' ? binder.number(length) : `(${divisor} * ${binder.number(length)})`;
    return stride === 1 ? coordinate : `${coordinate} * ${binder.number(stride)}`;
  });
  return terms.reverse().join(' + ');
}

function tree(
  accumulators: readonly Accumulator[],
  { lanes, units, rows, width }: { lanes: number; units: number; rows: boolean; width: 1 | 4 },
): string {
  const far = rows ? 'step' : `step * ${units}u`;
  const sums = accumulators.map(
    ({ name, combine }) =>
      `      shared_${name}[localIndex] = ${combine.code(`shared_${name}[localIndex]`, `shared_${name}[localIndex + ${far}]`, width)};`,
  );
  return `${accumulators.map(({ name }) => `  shared_${name}[localIndex] = ${name}_row;`).join('\n')}
  workgroupBarrier();
  for (var step : u32 = ${lanes / 2}u; step > 0u; step = step / 2u) {
    if (u32(lane) < step) {
${sums.join('\n')}
    }
    workgroupBarrier();
  }`;
}
