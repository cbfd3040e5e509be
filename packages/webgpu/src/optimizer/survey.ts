import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RecordRequest } from '../graph/record.ts';
import type { KernelSource, Param } from '../kernels/kernel-source.ts';
import { spreadGroups } from '../kernels/kernel-source.ts';
import { Ports } from './ports.ts';
import { SAFE_NORM } from './safe-norm.ts';
import type { Cut, Span } from './spans.ts';
import { eachLoad, groupsOf, inSpan, spanParams, spansOf } from './spans.ts';

/** A gradient and its position in the list that is checked. */
export interface Surveyed {
  readonly gradient: TensorInfo;
  readonly size: number;
  readonly which: number;
}

/** Larger than every position: nothing bad was found. Positions are exact in float32 below it. */
export const NOTHING_FOUND = 16777216;

/** What each workgroup notes: the position of a bad gradient, and with `norm` the three sums of squares. */
export function notesEach(norm: boolean): 1 | 4 {
  return norm ? 4 : 1;
}

export interface SurveyOptions {
  readonly gradients: readonly Surveyed[];
  /** Whose first number the gradients still carry, or `null`. */
  readonly state: TensorInfo | null;
  readonly norm: boolean;
  readonly cut: Cut;
  /** The notes of earlier dispatches of the same survey, and where this one goes on; `total` workgroups in all. */
  readonly notes: TensorInfo | null;
  readonly base: number;
  readonly total: number;
}

/** The spans that `survey` will use. */
export function surveySpans(gradients: readonly Surveyed[], cut: Cut): Span[] {
  return spansOf(
    gradients.map(({ size }) => size),
    cut,
  );
}

/**
 * Looks at many gradients in one dispatch: infinities and NaN by exponent bits, with the scale and without it, and sums of
 * squares. Each workgroup writes a note of its own, so nothing depends on the order in which workgroups run.
 */
export function survey({ gradients, state, norm, cut, notes, base, total }: SurveyOptions): RecordRequest {
  const spans = surveySpans(gradients, cut);
  const ports = new Ports();
  gradients.forEach(({ gradient }, index) => ports.read(gradient, { name: `g${index}`, width: spans[index]?.width ?? 1 }));
  if (state !== null) ports.read(state, { name: 'state', width: 1 });
  const each = notesEach(norm);
  if (notes === null) ports.write({ shape: [total * each], dtype: 'float32', storage: 'float32' }, { name: 'notes', width: 1 });
  else ports.update(notes, { name: 'notes', width: 1 });
  const { workgroup } = cut;
  const groups = groupsOf(spans);
  const build = (): Omit<KernelSource, 'ports'> => ({
    name: 'halftoneSurvey',
    params: [
      ...spanParams(spans),
      { name: 'base', type: 'u32', value: base },
      { name: 'groups', type: 'u32', value: groups },
      ...gradients.map(({ which }, index): Param => ({ name: `which${index}`, type: 'f32', value: which })),
    ],
    workgroupSize: [workgroup, 1, 1],
    dispatch: spreadGroups(groups),
    ...text({ spans, unscales: state !== null, norm, workgroup }),
  });
  const positions = gradients.map(({ which }) => which).join();
  return ports.request(`halftoneSurvey ${norm} ${workgroup},${cut.each},${cut.most} ${base}/${total} ${positions}`, build);
}

function text({
  spans,
  unscales,
  norm,
  workgroup,
}: {
  readonly spans: readonly Span[];
  readonly unscales: boolean;
  readonly norm: boolean;
  readonly workgroup: number;
}): { readonly declarations: string; readonly main: string } {
  const branches = spans.map(({ width }, index) => {
    const body = `      let scaled = load_g${index}(i);
      let g = scaled${unscales ? ' * inverse' : ''};
      bad = bad || isBad${width}(g)${unscales ? ` || isBad${width}(scaled)` : ''};${norm ? `\n      sums += squares${width}(g);` : ''}`;
    return `  if (${inSpan(index)}) {
    which = params.which${index};
${eachLoad(index, workgroup, body)}
  }`;
  });
  return {
    declarations: `${norm ? SAFE_NORM : ''}
fn isBad1(x : f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u; }
fn isBad4(x : vec4<f32>) -> bool { return any((bitcast<vec4<u32>>(x) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u)); }
var<workgroup> anyBad : atomic<u32>;
${norm ? `var<workgroup> parts : array<vec3<f32>, ${workgroup}>;` : ''}`,
    main: `
  var bad = false;
  var which = 0.0;
${unscales ? '  let inverse = 1.0 / load_state(0);' : ''}
${norm ? '  var sums = vec3<f32>(0.0);' : ''}
${branches.join('\n')}
  if (bad) { atomicOr(&anyBad, 1u); }
${norm ? treeSum('parts', 'sums', workgroup) : '  workgroupBarrier();'}
  if (localIndex == 0u && groupIndex < params.groups) {
    let at = i32(params.base + groupIndex) * ${notesEach(norm)};
    store_notes(at, select(${NOTHING_FOUND}.0, which, atomicLoad(&anyBad) != 0u));
${norm ? '    store_notes(at + 1, parts[0].x);\n    store_notes(at + 2, parts[0].y);\n    store_notes(at + 3, parts[0].z);' : ''}
  }`,
  };
}

/** Adds up one value for each invocation, in an order that depends on nothing; the sum is then in element 0. */
export function treeSum(array: string, value: string, workgroup: number): string {
  return `  ${array}[localIndex] = ${value};
  workgroupBarrier();
  for (var reach = ${workgroup / 2}u; reach > 0u; reach = reach / 2u) {
    if (localIndex < reach) { ${array}[localIndex] += ${array}[localIndex + reach]; }
    workgroupBarrier();
  }`;
}
