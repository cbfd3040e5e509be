import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RecordRequest } from '../graph/record.ts';
import type { KernelSource } from '../kernels/kernel-source.ts';
import { spreadGroups } from '../kernels/kernel-source.ts';
import { CLIP_VALUE, gradientText, verdictText } from './gradient-text.ts';
import { Ports } from './ports.ts';
import { CLIP_FACTOR } from './safe-norm.ts';
import type { Span } from './spans.ts';
import { eachLoad, groupsOf, inSpan, spanParams, spansOf } from './spans.ts';
import { treeSum } from './survey.ts';
import type { Updated, UpdateOptions } from './update.ts';
import { noteKey, noteParams, numberParams, ownFactor } from './update.ts';
import { DIRECTION, MOMENTS, UPDATE_RULES } from './update-rules.ts';

/** Bindings beside those of the variables, and for each: the first of both kernels needs more than the second. */
export function lambBindings({ notes }: { readonly notes: boolean }): { readonly fixed: number; readonly each: number } {
  return { fixed: notes ? 3 : 2, each: 4 };
}

/** LAMB's step before the learning rate: Adam's direction and the decay. */
const STEP = (index: number): string => `(${DIRECTION}) + w * params.decay${index}`;

function cutOf({ variables, cut }: UpdateOptions): Span[] {
  return spansOf(
    variables.map(({ size }) => size),
    cut,
  );
}

function lambParams({ variables, rates, limit }: UpdateOptions): Record<string, number> {
  const decays = Object.fromEntries(variables.map(({ decay }, index) => [`decay${index}`, decay]));
  return { ...UPDATE_RULES.lamb.params(rates), learningRate: rates['learningRate'] ?? 0, most: limit, ...decays };
}

/** The first half: moments in place, and sums of squares of weights and steps, one pair for each workgroup. */
export function lambMoments(options: UpdateOptions & { readonly verdict: TensorInfo }): {
  readonly request: RecordRequest;
  /** Positions of {first moment, second moment} of each variable among the results. */
  readonly slots: readonly (readonly number[])[];
  readonly sums: number;
} {
  const { variables, verdict, notes, use, cut } = options;
  const { workgroup } = cut;
  const spans = cutOf(options);
  const ports = new Ports();
  ports.read(verdict, { name: 'verdict', width: 1 });
  if (notes !== null) ports.read(notes, { name: 'notes', width: 1 });
  const widthAt = (index: number): 1 | 4 => spans[index]?.width ?? 1;
  variables.forEach(({ gradient, value }, index) => {
    ports.read(gradient, { name: `g${index}`, width: widthAt(index) });
    ports.read(value, { name: `w${index}`, width: widthAt(index) });
  });
  const groups = groupsOf(spans);
  const sums = ports.write({ shape: [groups * 2], dtype: 'float32', storage: 'float32' }, { name: 'sums', width: 1 });
  const slots = variables.map(({ slots: [a, b] }, index) => {
    const width = widthAt(index);
    return [a, b].map((slot, k) => ports.update(slot as TensorInfo, { name: `${'ab'[k]}${index}`, width }));
  });
  const numbers = lambParams(options);
  const build = (): Omit<KernelSource, 'ports'> => ({
    name: 'halftoneLambMoments',
    params: [
      ...spanParams(spans),
      ...numberParams(numbers),
      { name: 'groups', type: 'u32', value: groups },
      ...(notes === null ? [] : noteParams(variables)),
    ],
    workgroupSize: [workgroup, 1, 1],
    dispatch: spreadGroups(groups),
    declarations: [
      use.clip === 'value' ? CLIP_VALUE : '',
      notes === null ? '' : `${CLIP_FACTOR}\nvar<workgroup> sharedFactor : f32;`,
      `var<workgroup> pairs : array<vec2<f32>, ${workgroup}>;`,
    ].join('\n'),
    main: `${verdictText(true, 'moments')}
  var pair = vec2<f32>(0.0);
${spans.map((span, index) => momentsText(options, span, index)).join('\n')}
${treeSum('pairs', 'pair', workgroup)}
  if (localIndex == 0u && groupIndex < params.groups) {
    store_sums(i32(groupIndex) * 2, pairs[0].x);
    store_sums(i32(groupIndex) * 2 + 1, pairs[0].y);
  }`,
  });
  const how = `${use.unscale} ${use.clip} ${options.unchecked} ${workgroup},${cut.each},${cut.most}`;
  const request = ports.request(`halftoneLambMoments ${how} ${notes === null ? '' : noteKey(variables)}`, build, numbers);
  return { request, slots, sums };
}

function momentsText({ use, unchecked, notes, cut }: UpdateOptions, { width }: Span, index: number): string {
  const body = [
    gradientText(index, width, use),
    `      let w = load_w${index}(i);`,
    `      var a = load_a${index}(i);\n      var b = load_b${index}(i);`,
    MOMENTS,
    `      store_a${index}(i, a);\n      store_b${index}(i, b);`,
    `      let r = ${STEP(index)};`,
    `      pair += vec2<f32>(${width === 4 ? 'dot(w, w), dot(r, r)' : 'w * w, r * r'});`,
  ].join('\n');
  return `  if (${inSpan(index)}) {\n${notes === null ? '' : ownFactor(index, unchecked)}\n${eachLoad(index, cut.workgroup, body)}\n  }`;
}

/** The second half: each variable moves by its step, as long as ‖weight‖ / ‖step‖ says; 1 where either is 0. */
export function lambMove(
  options: UpdateOptions & { readonly verdict: TensorInfo },
  { sums, variables }: { readonly sums: TensorInfo; readonly variables: readonly Pick<Updated, 'value' | 'slots'>[] },
): RecordRequest {
  const { verdict, cut } = options;
  const spans = cutOf(options);
  const ports = new Ports();
  ports.read(verdict, { name: 'verdict', width: 1 });
  ports.read(sums, { name: 'sums', width: 1 });
  variables.forEach(({ slots: [a, b] }, index) => {
    const width = spans[index]?.width ?? 1;
    ports.read(a as TensorInfo, { name: `a${index}`, width });
    ports.read(b as TensorInfo, { name: `b${index}`, width });
  });
  variables.forEach(({ value }, index) => ports.update(value, { name: `w${index}`, width: spans[index]?.width ?? 1 }));
  const numbers = lambParams(options);
  const build = (): Omit<KernelSource, 'ports'> => ({
    name: 'halftoneLambMove',
    params: [...spanParams(spans), ...numberParams(numbers)],
    workgroupSize: [cut.workgroup, 1, 1],
    dispatch: spreadGroups(groupsOf(spans)),
    declarations: 'var<workgroup> sharedRatio : f32;',
    main: `${verdictText(true, 'moments')}\n${spans.map((_, index) => moveText(index, cut.workgroup)).join('\n')}`,
  });
  return ports.request(`halftoneLambMove ${cut.workgroup},${cut.each},${cut.most}`, build, numbers);
}

function moveText(index: number, workgroup: number): string {
  const body = `      let w = load_w${index}(i);
      let a = load_a${index}(i);
      let b = load_b${index}(i);
      store_w${index}(i, w - (ratio * params.learningRate) * (${STEP(index)}));`;
  return `  if (${inSpan(index)}) {\n${trustRatio(index)}\n${eachLoad(index, workgroup, body)}\n  }`;
}

function trustRatio(index: number): string {
  return `    if (localIndex == 0u) {
      var pair = vec2<f32>(0.0);
      let end = i32(params.first${index} + params.groups${index});
      for (var at = i32(params.first${index}); at < end; at++) { pair += vec2<f32>(load_sums(at * 2), load_sums(at * 2 + 1)); }
      let weight = sqrt(pair.x);
      let length = sqrt(pair.y);
      sharedRatio = select(1.0, weight / max(length, 0x1p-126f), min(weight, length) > 0.0);
    }
    let ratio = workgroupUniformLoad(&sharedRatio);`;
}
