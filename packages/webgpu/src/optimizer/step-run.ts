import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedStepRequest, FusedStepResult } from '@halftone/autocast';
import type { RecordRequest } from '../graph/record.ts';
import type { DeviceTraits } from '../kernels/kernel-source.ts';
import type { FusedHost } from './fused-host.ts';
import type { Decided } from './decide.ts';
import { decide } from './decide.ts';
import type { GradientUse } from './gradient-text.ts';
import { lambBindings, lambMoments, lambMove } from './lamb.ts';
import { sizeOf } from './ports.ts';
import type { Cut } from './spans.ts';
import { groupsOf, packsOf } from './spans.ts';
import { STEP_TABLE } from './step-table.ts';
import type { Surveyed } from './survey.ts';
import { notesEach, survey, surveySpans } from './survey.ts';
import type { Updated, UpdateOptions } from './update.ts';
import { update, updateBindings } from './update.ts';
import { UPDATE_RULES } from './update-rules.ts';

type Results = { value: TensorInfo; slots: TensorInfo[] }[];
type Ranges = ReadonlyMap<number, { readonly first: number; readonly count: number }>;

/** One step on its way into the graph; handles that are only in between are let go by `finish`. */
export class StepRun {
  readonly #host: FusedHost;
  readonly #limit: number;
  readonly #sums: Cut;
  readonly #updates: Cut;
  readonly #between: TensorInfo[] = [];
  readonly #made: TensorInfo[] = [];

  constructor(host: FusedHost, { adapterClass, maxStorageBuffers }: DeviceTraits) {
    const { workgroup, updateEach, sumEach, sumGroups } = STEP_TABLE[adapterClass];
    this.#host = host;
    this.#limit = maxStorageBuffers;
    this.#sums = { workgroup, each: sumEach, most: sumGroups };
    this.#updates = { workgroup, each: updateEach, most: Infinity };
  }

  /** Looks at gradients: as many dispatches as the bindings ask for, one tensor of notes. */
  survey(
    gradients: readonly Surveyed[],
    { state, norm }: { readonly state: TensorInfo | null; readonly norm: boolean },
  ): {
    readonly notes: TensorInfo;
    readonly ranges: Ranges;
  } {
    const packs = packsOf(gradients, ({ size }) => size, this.#limit - (state === null ? 1 : 2));
    const spans = packs.map((pack) => surveySpans(pack, this.#sums));
    const total = spans.reduce((sum, each) => sum + groupsOf(each), 0);
    const ranges = new Map<number, { first: number; count: number }>();
    let notes: TensorInfo | null = null;
    let base = 0;
    packs.forEach((pack, index) => {
      const each = spans[index] ?? [];
      pack.forEach(({ which }, at) => ranges.set(which, { first: base + (each[at]?.first ?? 0), count: each[at]?.groups ?? 0 }));
      const request = survey({ gradients: pack, state, norm, cut: this.#sums, notes, base, total });
      notes = this.#keepUntilEnd(this.#record(request)[0] as TensorInfo);
      base += groupsOf(each);
    });
    return { notes: notes as unknown as TensorInfo, ranges };
  }

  /** Records a whole step, or nothing: when there is no room for one of its tensors, those before it go too. */
  step(request: FusedStepRequest): FusedStepResult {
    try {
      return this.#step(request);
    } catch (error) {
      for (const { dataId } of this.#made) this.#host.disposeData(dataId);
      throw error;
    }
  }

  /** Lets go of what was only in between. */
  finish(): void {
    for (const { dataId } of this.#between.splice(0)) this.#host.disposeData(dataId);
  }

  #step(request: FusedStepRequest): FusedStepResult {
    const { kind, rates, clip, state, unscale, verdict, powers } = request;
    const rule = UPDATE_RULES[kind];
    const looked = request.variables.map(({ gradient }, which): Surveyed => ({ gradient, size: sizeOf(gradient), which }));
    const hasNorm = clip.norm !== undefined || clip.variableNorm !== undefined;
    const surveyed = verdict.by === 'check' || hasNorm ? this.survey(looked, { state: unscale ? state : null, norm: hasNorm }) : null;
    const needsVerdict = verdict.by !== 'none' || unscale || clip.norm !== undefined || rule.powers !== 'none';
    const decided = needsVerdict ? this.#decide(request, surveyed?.notes ?? null) : null;
    const own = clip.variableNorm !== undefined;
    const use: GradientUse = {
      unscale,
      clip: own ? 'variable' : clip.norm !== undefined ? 'norm' : clip.value !== undefined ? 'value' : 'none',
    };
    const variables = request.variables.map(({ gradient, value, slots, decay = 0 }, which): Updated => ({
      gradient,
      value,
      slots,
      decay,
      size: sizeOf(value),
      which,
      notes: surveyed?.ranges.get(which) ?? { first: 0, count: 0 },
    }));
    const results = this.#update(variables, {
      kind,
      rates,
      use,
      verdict: decided?.verdict ?? null,
      unchecked: verdict.by === 'none',
      notes: own ? (surveyed?.notes ?? null) : null,
      limit: clip.variableNorm ?? clip.value ?? 0,
      cut: kind === 'lamb' ? this.#sums : this.#updates,
    });
    this.finish(); // what is left is the caller's
    return { variables: results, powers: decided?.powers ?? [...powers], scale: decided?.scale ?? null };
  }

  #record(request: RecordRequest): TensorInfo[] {
    const made = this.#host.record(request);
    this.#made.push(...made);
    return made;
  }

  #decide(
    { kind, rates, clip, state, seed, unscale, verdict, powers }: FusedStepRequest,
    notes: TensorInfo | null,
  ): { readonly verdict: TensorInfo; readonly powers: TensorInfo[]; readonly scale: FusedStepResult['scale'] } {
    const rule = verdict.by === 'check' || verdict.by === 'flags' ? verdict.rule : null;
    const norm = clip.norm !== undefined;
    const readsState = unscale || rule !== null;
    const decided: Decided = decide({
      notes,
      norm,
      notesEach: notesEach(norm || clip.variableNorm !== undefined),
      by: verdict.by === 'check' ? 'notes' : verdict.by,
      flag: verdict.by === 'flags' ? verdict.flags : verdict.by === 'flag' ? verdict.flag : null,
      state: readsState ? state : null,
      seed: seed ?? null,
      rule,
      unscale,
      powers,
      powerRule: UPDATE_RULES[kind].powers,
      tells: 'updates',
      scalars: { ...rates, limit: clip.norm ?? 0 },
    });
    const results = this.#record(decided.request);
    const at = (index: number): TensorInfo => results[index] as TensorInfo;
    return {
      verdict: this.#keepUntilEnd(at(decided.verdict)),
      powers: decided.powers.map(at),
      scale:
        rule === null
          ? null
          : { state: at(decided.state), seed: at(decided.seed), applied: decided.applied < 0 ? null : at(decided.applied) },
    };
  }

  #update(variables: readonly Updated[], shared: Omit<UpdateOptions, 'variables'>): Results {
    const { kind, verdict, notes } = shared;
    const results: Results = [];
    const needs = { verdict: verdict !== null, notes: notes !== null };
    const { fixed, each } = kind === 'lamb' ? lambBindings(needs) : updateBindings(kind, needs);
    for (const pack of packsOf(variables, ({ size }) => size, Math.floor((this.#limit - fixed) / each))) {
      const options = { ...shared, variables: pack };
      if (kind === 'lamb') this.#lamb({ ...options, verdict: verdict as TensorInfo }, results);
      else this.#plain(options, results);
    }
    return results;
  }

  #plain(options: UpdateOptions, results: Results): void {
    const { request, results: places } = update(options);
    const made = this.#record(request);
    for (const { which, value, slots } of places) {
      results[which] = { value: made[value] as TensorInfo, slots: slots.map((slot) => made[slot] as TensorInfo) };
    }
  }

  #lamb(options: UpdateOptions & { readonly verdict: TensorInfo }, results: Results): void {
    const { request, slots, sums } = lambMoments(options);
    const made = this.#record(request);
    const moved = options.variables.map(({ value }, index) => ({
      value,
      slots: (slots[index] ?? []).map((slot) => made[slot] as TensorInfo),
    }));
    const values = this.#record(lambMove(options, { sums: this.#keepUntilEnd(made[sums] as TensorInfo), variables: moved }));
    options.variables.forEach(({ which }, index) => {
      results[which] = { value: values[index] as TensorInfo, slots: moved[index]?.slots ?? [] };
    });
  }

  #keepUntilEnd(info: TensorInfo): TensorInfo {
    this.#between.push(info);
    return info;
  }
}
