import type { MapType } from '../../src/graph/map-op.ts';
import { splat } from '../../src/graph/map-op.ts';
import { convertValue, mapOps } from '../../src/graph/map-ops/index.ts';
import type { ReduceOp, View } from '../../src/graph/record.ts';
import { stridesOf } from '../../src/graph/view.ts';
import type { KernelRecipe, Param, Port } from '../../src/kernels/kernel-source.ts';
import { spreadGroups } from '../../src/kernels/kernel-source.ts';

/** An operand as the evaluator sees it: how its buffer is typed, or a number. */
export type EagerOperand = { readonly type: MapType; readonly size: number; readonly view?: View } | { readonly scalar: number };

/** A result: its shape and type. */
export interface EagerOutput {
  readonly shape: readonly number[];
  readonly type: MapType;
}

const WORKGROUP = 64;
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
const port = (name: string, access: Port['access'], type: MapType, width: 1 | 4, size: number): Port => ({
  name,
  access,
  type: type === 'f' ? 'f32' : 'i32',
  width,
  size,
});
const start = `  let i = i32(groupIndex) * ${WORKGROUP} + i32(localIndex);\n  if (i >= params.count) { return; }`;

/** One elementwise op as one dispatch: the plainest thing that is right, against which fusion can be compared. */
export function mapRecipe(op: string, operands: readonly EagerOperand[], output: EagerOutput): KernelRecipe {
  const row = mapOps[op];
  if (row === undefined) throw new Error(`no row ${op}`);
  const size = sizeOf(output.shape);
  const width = size % 4 === 0 && operands.every((operand) => 'scalar' in operand || operand.view === undefined) ? 4 : 1;
  const scalars: Record<string, number> = {};
  const params: Param[] = [{ name: 'count', type: 'i32', value: size / width }];
  const ports: Port[] = [];
  const lines: string[] = [];
  const args = operands.map((operand, k) => {
    const wanted = row.args[k] ?? 'f';
    if ('scalar' in operand) {
      scalars[`s${k}`] = operand.scalar;
      params.push({ name: `s${k}`, type: wanted === 'f' ? 'f32' : 'i32', value: 0 });
      return convertValue(splat(`params.s${k}`, width, wanted === 'f' ? 'f32' : 'i32'), wanted === 'f' ? 'f' : 'i', wanted, width);
    }
    ports.push(port(`t${k}`, 'read', operand.type, width, operand.size));
    const { view } = operand;
    if (view === undefined) lines.push(`  let a${k} = load_t${k}(i);`);
    else lines.push(...viewLines(`v${k}_`, view, output.shape, params), `  let a${k} = load_t${k}(v${k}_at);`);
    return convertValue(`a${k}`, operand.type === 'f' ? 'f' : 'i', wanted, width);
  });
  ports.push(port('result', 'write', output.type, width, size));
  const code = row.code(args, width);
  const result = convertValue(
    output.type === 'b' ? convertValue(`(${code})`, row.result, 'b', width) : `(${code})`,
    output.type === 'b' ? 'b' : row.result,
    output.type === 'f' ? 'f' : 'i',
    width,
  );
  return {
    key: JSON.stringify([op, operands.map((operand) => ('scalar' in operand ? 's' : operand)), output]),
    scalars,
    build: () => ({
      name: op,
      ports,
      params,
      workgroupSize: [WORKGROUP, 1, 1],
      dispatch: spreadGroups(Math.ceil(size / width / WORKGROUP)),
      declarations: Object.values(row.functions?.(width) ?? {}).join('\n'),
      main: [start, ...lines, `  store_result(i, ${result});`].join('\n'),
    }),
  };
}

/** `PREFIXat`: where output element `i` is found in the input. */
function viewLines(prefix: string, { offset, strides }: View, shape: readonly number[], params: Param[]): string[] {
  const number = (name: string, value: number): string => {
    params.push({ name: prefix + name, type: 'i32', value });
    return `params.${prefix}${name}`;
  };
  const lines = [`  var ${prefix}at = ${number('offset', offset)};`, `  var ${prefix}rest = i;`];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = number(`n${axis}`, shape[axis] ?? 1);
    lines.push(
      `  ${prefix}at += (${prefix}rest % ${length}) * ${number(`s${axis}`, strides[axis] ?? 0)};`,
      `  ${prefix}rest = ${prefix}rest / ${length};`,
    );
  }
  return lines;
}

const COMBINE: Readonly<Record<ReduceOp, string>> = {
  sum: 'best + x',
  prod: 'best * x',
  any: 'max(best, x)',
  all: 'min(best, x)',
  max: 'max(best, x)',
  min: 'min(best, x)',
};
const nanSafe = (op: ReduceOp): string =>
  `select(select(${COMBINE[op]}, x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u), best, (bitcast<u32>(best) & 0x7fffffffu) > 0x7f800000u)`;

/** One reduction as one dispatch: an invocation for each output element walks over all that it reduces. */
export function reduceRecipe(
  op: ReduceOp,
  input: { readonly shape: readonly number[]; readonly type: MapType },
  axes: readonly number[],
): KernelRecipe {
  const { shape, type } = input;
  const own = stridesOf(shape);
  const pick = (inside: boolean): { shape: number[]; view: View } => {
    const chosen = shape.map((_, axis) => axis).filter((axis) => axes.includes(axis) === inside);
    return { shape: chosen.map((axis) => shape[axis] ?? 1), view: { offset: 0, strides: chosen.map((axis) => own[axis] ?? 0) } };
  };
  const [outer, inner] = [pick(false), pick(true)];
  const params: Param[] = [
    { name: 'count', type: 'i32', value: sizeOf(outer.shape) },
    { name: 'length', type: 'i32', value: sizeOf(inner.shape) },
  ];
  const outerLines = viewLines('outer_', outer.view, outer.shape, params);
  const innerLines = viewLines('inner_', inner.view, inner.shape, params).map((line) => line.replace('= i;', '= k;'));
  const combine = type === 'f' && (op === 'max' || op === 'min') ? nanSafe(op) : COMBINE[op];
  return {
    key: JSON.stringify([op, input, axes]),
    build: () => ({
      name: op,
      ports: [port('x_in', 'read', type, 1, sizeOf(shape)), port('result', 'write', type, 1, sizeOf(outer.shape))],
      params,
      workgroupSize: [WORKGROUP, 1, 1],
      dispatch: spreadGroups(Math.ceil(sizeOf(outer.shape) / WORKGROUP)),
      main: [
        start,
        ...outerLines,
        '  var best = load_x_in(outer_at);',
        '  for (var k = 1; k < params.length; k += 1) {',
        ...innerLines.map((line) => `  ${line}`),
        '    let x = load_x_in(outer_at + inner_at);',
        `    best = ${combine};`,
        '  }',
        '  store_result(i, best);',
      ].join('\n'),
    }),
  };
}
