import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedScaleRule } from '@halftone/autocast';
import type { OutputFacts, RecordRequest } from '../graph/record.ts';
import type { Param } from '../kernels/kernel-source.ts';
import { Ports, sizeOf } from './ports.ts';
import { CLIP_FACTOR, NAN_OF } from './safe-norm.ts';
import { ruleParams, SCALE_MOVE } from './scale-move.ts';
import { NOTHING_FOUND, treeSum } from './survey.ts';

/** Positions in what `decide` tells the updates: whether, 1 / scale, the factor of a global norm, and what the powers give. */
export const VERDICT = { applies: 0, inverse: 1, factor: 2, room1: 3, room2: 4, rate: 5 } as const;
const VERDICT_SIZE = 8;

/** How an optimizer's one-element tensors move, and what they give to the updates. */
export type PowerRule = 'none' | 'moments' | 'adamax';

export interface DecideOptions {
  /** Of `survey`, and how many numbers each workgroup noted. */
  readonly notes: TensorInfo | null;
  readonly notesEach: 1 | 4;
  /** Whether the gradients are clipped by their common norm; the notes then hold sums of squares. */
  readonly norm: boolean;
  /** `notes`: the survey decides. `flags`: float32 `[3]`. `flag`: bool `[1]`. `none`: the step takes place. */
  readonly by: 'notes' | 'flags' | 'flag' | 'none';
  readonly flag: TensorInfo | null;
  readonly state: TensorInfo | null;
  /** The scalar beside the state; `null` where a new one is made. */
  readonly seed: TensorInfo | null;
  /** Moves the state by this rule; `null` leaves it. */
  readonly rule: FusedScaleRule | null;
  readonly unscale: boolean;
  readonly powers: readonly TensorInfo[];
  readonly powerRule: PowerRule;
  /** What comes out beside states and powers. */
  readonly tells: 'updates' | 'position' | 'nothing';
  readonly scalars: Readonly<Record<string, number>>;
}

/** What `decide` makes, by the position among its results; -1 where it makes none. */
export interface Decided {
  readonly request: RecordRequest;
  readonly verdict: number;
  readonly position: number;
  readonly applied: number;
  readonly state: number;
  readonly seed: number;
  readonly powers: readonly number[];
}

const WORKGROUP = 64;
const POWER_SCALARS = { none: [], moments: ['beta1', 'beta2'], adamax: ['beta1', 'learningRate', 'decay'] } as const;

const scalar = (dtype: 'float32' | 'int32' | 'bool', shape: readonly number[] = [1]): OutputFacts => ({ shape, dtype, storage: 'float32' });

/**
 * One workgroup that joins the notes of a survey, decides whether the step takes place, moves the loss scale and the powers of
 * beta, and leaves what the updates have to know. Nothing in it depends on the order of workgroups.
 */
export function decide(options: DecideOptions): Decided {
  const { notes, notesEach, norm, by, flag, state, rule, unscale, powers, powerRule, tells } = options;
  const ports = new Ports();
  if (notes !== null) ports.read(notes, { name: 'notes', width: 1 });
  if (flag !== null) ports.read(flag, { name: 'flag', width: 1, type: by === 'flag' ? 'i32' : 'f32' });
  if (state !== null && rule === null) ports.read(state, { name: 'state', width: 1 });
  const one = (name: string, facts: OutputFacts): number =>
    ports.write(facts, { name, width: 1, type: facts.dtype === 'float32' ? 'f32' : 'i32' });
  const verdict = tells === 'updates' ? one('verdict', scalar('float32', [VERDICT_SIZE])) : -1;
  const position = tells === 'position' ? one('position', scalar('int32')) : -1;
  const applied = rule !== null && by === 'notes' ? one('appliedFlag', scalar('bool')) : -1;
  const seedPort = (): number =>
    options.seed === null ? one('seed', scalar('float32', [])) : ports.update(options.seed, { name: 'seed', width: 1 });
  const seed = rule === null ? -1 : seedPort();
  const next = state !== null && rule !== null ? ports.update(state, { name: 'state', width: 1 }) : -1;
  const moved = powers.map((power, index) => ports.update(power, { name: `power${index}`, width: 1 }));
  const params: Param[] = [
    { name: 'zero', type: 'u32', value: 0 },
    { name: 'notes', type: 'i32', value: notes === null ? 0 : sizeOf(notes) / notesEach },
    ...(norm ? [{ name: 'limit', type: 'f32', value: 1 } as const] : []),
    ...(rule === null ? [] : ruleParams(rule)),
    ...POWER_SCALARS[powerRule].map((name): Param => ({ name, type: 'f32', value: 0 })),
  ];
  const named = Object.fromEntries(Object.entries(options.scalars).filter(([name]) => params.some((param) => param.name === name)));
  const request = ports.request(
    `halftoneDecide ${by} ${notesEach} ${norm} ${unscale} ${powerRule} ${tells} ${
      rule === null
        ? ''
        : Object.values(ruleParams(rule))
            .map(({ value }) => value)
            .join()
    }`,
    () => ({
      name: 'halftoneDecide',
      params,
      workgroupSize: [WORKGROUP, 1, 1],
      dispatch: [1, 1, 1],
      declarations: declarations(options),
      main: mainOf(options, { appliedFlag: applied >= 0 }),
    }),
    named,
  );
  return { request, verdict, position, applied, state: next, seed, powers: moved };
}

function declarations({ notes, norm, rule }: DecideOptions): string {
  return [
    rule === null ? '' : SCALE_MOVE.declarations,
    norm ? CLIP_FACTOR : '',
    notes === null ? '' : `var<workgroup> firsts : array<f32, ${WORKGROUP}>;`,
    norm ? `var<workgroup> parts : array<vec3<f32>, ${WORKGROUP}>;` : '',
  ].join('\n');
}

function mainOf(options: DecideOptions, { appliedFlag }: { readonly appliedFlag: boolean }): string {
  const { notes, by, rule, tells } = options;
  return [
    notes === null ? '' : joined(options),
    '  if (localIndex != 0u) { return; }',
    notes === null ? '' : '  let found = firsts[0];',
    FLAGS[by],
    tells === 'updates' ? verdictText(options) : '',
    tells === 'position' ? '  store_position(0, i32(firstBad));' : '',
    appliedFlag ? '  store_appliedFlag(0, select(0, 1, applied));' : '',
    rule === null ? '' : SCALE_MOVE.main,
    POWER_MOVES[options.powerRule],
  ].join('\n');
}

/** The earliest position and the sums of all notes. */
function joined({ notesEach, norm }: DecideOptions): string {
  return `  var first = ${NOTHING_FOUND}.0;
${norm ? '  var sums = vec3<f32>(0.0);' : ''}
  for (var at = i32(localIndex); at < params.notes; at += ${WORKGROUP}) {
    first = min(first, load_notes(at * ${notesEach}));
${norm ? '    sums += vec3<f32>(load_notes(at * 4 + 1), load_notes(at * 4 + 2), load_notes(at * 4 + 3));' : ''}
  }
${norm ? treeSum('parts', 'sums', WORKGROUP) : ''}
  firsts[localIndex] = first;
  workgroupBarrier();
  for (var reach = ${WORKGROUP / 2}u; reach > 0u; reach = reach / 2u) {
    if (localIndex < reach) { firsts[localIndex] = min(firsts[localIndex], firsts[localIndex + reach]); }
    workgroupBarrier();
  }`;
}

/** `finite`, `applied` and `firstBad`; without a verdict of its own a step takes place whatever was found. */
const FLAGS = {
  notes: `  let finite = found >= ${NOTHING_FOUND}.0;\n  let applied = finite;\n  let firstBad = select(found, -1.0, finite);`,
  flags: '  let finite = load_flag(0) > 0.0;\n  let applied = load_flag(1) > 0.0;\n  let firstBad = load_flag(2);',
  flag: '  let applied = load_flag(0) != 0;',
  none: '  let applied = true;\n  let firstBad = -1.0;',
} as const satisfies Record<DecideOptions['by'], string>;

function verdictText({ norm, by, unscale, powerRule }: DecideOptions): string {
  const unchecked = by === 'none';
  return [
    `  store_verdict(${VERDICT.applies}, select(0.0, 1.0, applied));`,
    `  store_verdict(${VERDICT.inverse}, ${unscale ? '1.0 / load_state(0)' : '1.0'});`,
    norm ? '  var factor = clipFactor(parts[0], params.limit);' : '  let factor = 1.0;',
    norm && unchecked ? `  if (found < ${NOTHING_FOUND}.0) { factor = ${NAN_OF}; }` : '',
    `  store_verdict(${VERDICT.factor}, factor);`,
    POWERS_GIVE[powerRule],
  ].join('\n');
}

/** As tfjs computes them, in its order. */
const POWERS_GIVE = {
  none: '',
  moments: `  store_verdict(${VERDICT.room1}, 1.0 - load_power0(0));\n  store_verdict(${VERDICT.room2}, 1.0 - load_power1(0));`,
  adamax: `  store_verdict(${VERDICT.rate}, (-params.learningRate / (load_power1(0) * params.decay + 1.0)) / (1.0 - load_power0(0)));`,
} as const satisfies Record<PowerRule, string>;

const POWER_MOVES = {
  none: '',
  moments: `  if (applied) {
    store_power0(0, load_power0(0) * params.beta1);
    store_power1(0, load_power1(0) * params.beta2);
  }`,
  adamax: `  if (applied) {
    store_power0(0, load_power0(0) * params.beta1);
    store_power1(0, load_power1(0) + 1.0);
  }`,
} as const satisfies Record<PowerRule, string>;
