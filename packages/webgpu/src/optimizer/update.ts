import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKind } from '@halftone/autocast';
import type { RecordRequest } from '../graph/record.ts';
import type { KernelSource, Param } from '../kernels/kernel-source.ts';
import { spreadGroups } from '../kernels/kernel-source.ts';
import type { GradientUse } from './gradient-text.ts';
import { CLIP_VALUE, gradientText, SLOT_NAMES, verdictText } from './gradient-text.ts';
import { Ports } from './ports.ts';
import { CLIP_FACTOR, NAN_OF } from './safe-norm.ts';
import type { Cut, Span } from './spans.ts';
import { eachLoad, groupsOf, inSpan, spanParams, spansOf } from './spans.ts';
import { NOTHING_FOUND } from './survey.ts';
import { LARGER, UPDATE_RULES } from './update-rules.ts';

/** A variable on its way through a step. */
export interface Updated {
  readonly gradient: TensorInfo;
  readonly value: TensorInfo;
  readonly slots: readonly TensorInfo[];
  readonly decay: number;
  readonly size: number;
  /** Where it stands in the request. */
  readonly which: number;
  /** Where the survey's notes about it are. */
  readonly notes: { readonly first: number; readonly count: number };
}

export interface UpdateOptions {
  readonly kind: FusedKind;
  readonly variables: readonly Updated[];
  readonly verdict: TensorInfo | null;
  /** Whether nothing was checked, so that the norm of bad gradients must be NaN and not small. */
  readonly unchecked: boolean;
  /** The survey, where each variable is clipped by its own norm. */
  readonly notes: TensorInfo | null;
  readonly use: GradientUse;
  readonly limit: number;
  readonly rates: Readonly<Record<string, number>>;
  readonly cut: Cut;
}

/** The positions of the new handles among the results of a dispatch. */
export interface UpdatedAt {
  readonly which: number;
  readonly value: number;
  readonly slots: readonly number[];
}

/** The bindings that a dispatch needs beside those of its variables, and for each variable. */
export function updateBindings(
  kind: FusedKind,
  { verdict, notes }: { readonly verdict: boolean; readonly notes: boolean },
): { readonly fixed: number; readonly each: number } {
  return { fixed: (verdict ? 1 : 0) + (notes ? 1 : 0), each: 2 + UPDATE_RULES[kind].slots };
}

/** The update of several variables and their slots in one dispatch, in place, or nothing at all if the verdict says so. */
export function update(options: UpdateOptions): { readonly request: RecordRequest; readonly results: readonly UpdatedAt[] } {
  const { kind, variables, verdict, notes, use, limit, rates, cut } = options;
  const rule = UPDATE_RULES[kind];
  const spans = spansOf(
    variables.map(({ size }) => size),
    cut,
  );
  const ports = new Ports();
  if (verdict !== null) ports.read(verdict, { name: 'verdict', width: 1 });
  if (notes !== null) ports.read(notes, { name: 'notes', width: 1 });
  const widthAt = (index: number): 1 | 4 => spans[index]?.width ?? 1;
  variables.forEach(({ gradient }, index) => ports.read(gradient, { name: `g${index}`, width: widthAt(index) }));
  const results = variables.map(({ which, value, slots }, index): UpdatedAt => {
    const width = widthAt(index);
    const valueAt = ports.update(value, { name: `w${index}`, width });
    return { which, value: valueAt, slots: slots.map((slot, k) => ports.update(slot, { name: `${SLOT_NAMES[k]}${index}`, width })) };
  });
  const numbers = { ...rule.params(rates), most: limit, ...decayNumbers(options) };
  const { workgroup, each, most } = cut;
  const build = (): Omit<KernelSource, 'ports'> => ({
    name: `halftoneUpdate ${kind}`,
    params: [...spanParams(spans), ...numberParams(numbers), ...(notes === null ? [] : noteParams(variables))],
    workgroupSize: [workgroup, 1, 1],
    dispatch: spreadGroups(groupsOf(spans)),
    declarations: declarations(options),
    main: [verdictText(verdict !== null, rule.powers), ...spans.map((span, index) => branch(options, span, index))].join('\n'),
  });
  const how = `${use.unscale} ${use.clip} ${options.unchecked} ${workgroup},${each},${most}`;
  const request = ports.request(`halftoneUpdate ${kind} ${how} ${notes === null ? '' : noteKey(variables)}`, build, numbers);
  return { request, results };
}

/** Params whose values come with each step. */
export function numberParams(numbers: Readonly<Record<string, number>>): Param[] {
  return Object.keys(numbers).map((name): Param => ({ name, type: 'f32', value: 0 }));
}

/** What a decaying variable keeps of itself: 1 − learningRate × decay, as a double first. */
function decayNumbers({ kind, variables, rates }: UpdateOptions): Record<string, number> {
  if (!UPDATE_RULES[kind].decays) return {};
  return Object.fromEntries(variables.map(({ decay }, index) => [`kept${index}`, 1 - (rates['learningRate'] ?? 0) * decay]));
}

export function noteKey(variables: readonly Updated[]): string {
  return variables.map(({ notes }) => `${notes.first}+${notes.count}`).join();
}

export function noteParams(variables: readonly Updated[]): Param[] {
  const ranges = variables.flatMap(({ notes }, index): Param[] => [
    { name: `note${index}`, type: 'i32', value: notes.first },
    { name: `notes${index}`, type: 'i32', value: notes.count },
  ]);
  return [...ranges, { name: 'zero', type: 'u32', value: 0 }];
}

function declarations({ kind, use, notes }: UpdateOptions): string {
  return [
    use.clip === 'value' ? CLIP_VALUE : '',
    kind === 'adamax' ? LARGER : '',
    notes === null ? '' : `${CLIP_FACTOR}\nvar<workgroup> sharedFactor : f32;`,
  ].join('\n');
}

function branch({ kind, use, unchecked, notes, cut }: UpdateOptions, { width }: Span, index: number): string {
  const { slots, text, decays } = UPDATE_RULES[kind];
  const names = SLOT_NAMES.slice(0, slots);
  const body = [
    gradientText(index, width, use),
    `      var w = load_w${index}(i);`,
    ...names.map((name) => `      var ${name} = load_${name}${index}(i);`),
    decays ? `      let kept = params.kept${index};` : '',
    text.replaceAll('{width}', String(width)),
    `      store_w${index}(i, w);`,
    ...names.map((name) => `      store_${name}${index}(i, ${name});`),
  ].join('\n');
  return `  if (${inSpan(index)}) {
${notes === null ? '' : ownFactor(index, unchecked)}
${eachLoad(index, cut.workgroup, body)}
  }`;
}

/** The factor of one variable's norm from its notes: one invocation adds up, the others wait. */
export function ownFactor(index: number, unchecked: boolean): string {
  return `    if (localIndex == 0u) {
      var sums = vec3<f32>(0.0);
      var first = ${NOTHING_FOUND}.0;
      for (var at = params.note${index}; at < params.note${index} + params.notes${index}; at++) {
        first = min(first, load_notes(at * 4));
        sums += vec3<f32>(load_notes(at * 4 + 1), load_notes(at * 4 + 2), load_notes(at * 4 + 3));
      }
      var own = clipFactor(sums, params.most);
${unchecked ? `      if (first < ${NOTHING_FOUND}.0) { own = ${NAN_OF}; }` : ''}
      sharedFactor = own;
    }
    let factor${index} = workgroupUniformLoad(&sharedFactor);`;
}
