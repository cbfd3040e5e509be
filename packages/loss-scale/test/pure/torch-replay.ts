import type { LossScale, LossScaleState } from '../../src/index.ts';
import { dynamicLossScale, noLossScale } from '../../src/index.ts';
import { WITHOUT_BOUNDS } from './bounds.ts';
import type { Float32Optimizer, OptimizerArgs } from './float32-optimizers.ts';
import { float32Optimizer } from './float32-optimizers.ts';
import type { GoldenNumbers, Gradients } from './gradients.ts';
import { allFinite, float32, float32Each, inverse, norm, plus, times } from './gradients.ts';

export interface TorchConfig {
  readonly init_scale?: number;
  readonly growth_factor?: number;
  readonly backoff_factor?: number;
  readonly growth_interval?: number;
  readonly enabled?: boolean;
}

export interface TorchStep {
  readonly grads: readonly (readonly (readonly (GoldenNumbers | null)[])[])[];
  readonly unscale?: readonly number[];
  readonly clip?: number;
  readonly set_scale?: number;
  readonly reload?: boolean;
  readonly expect: {
    readonly scale_before: number;
    readonly scaled_grads: readonly (readonly (GoldenNumbers | null)[])[];
    readonly clip_norm?: readonly (number | string)[];
    readonly found_inf: readonly boolean[];
    readonly stepped: readonly boolean[];
    readonly scale_after: number;
    readonly growth_tracker: number;
    readonly params: readonly (readonly GoldenNumbers[])[];
    readonly reloaded_state?: { readonly scale: number; readonly _growth_tracker: number };
  };
}

export interface TorchCase {
  readonly name: string;
  readonly note: string;
  readonly config: TorchConfig;
  readonly optimizers: readonly { readonly type: string; readonly args: OptimizerArgs }[];
  readonly initial: readonly (readonly GoldenNumbers[])[];
  readonly steps: readonly TorchStep[];
  readonly final_state: { readonly scale?: number; readonly _growth_tracker?: number };
}

/** What one replayed step shows. */
export interface TorchSight {
  readonly scaleBefore: number;
  readonly scaledGrads: readonly Gradients[];
  readonly clipNorms: readonly number[];
  readonly foundInf: readonly boolean[];
  readonly stepped: readonly boolean[];
  readonly state: LossScaleState;
}

/** Our machine with torch's numbers; torch has neither floor nor ceiling. */
export function torchMachine({
  enabled = true,
  init_scale = 65536,
  growth_factor = 2,
  backoff_factor = 0.5,
  growth_interval = 2000,
}: TorchConfig): LossScale {
  if (!enabled) return noLossScale();
  return dynamicLossScale({
    initialScale: init_scale,
    growthFactor: growth_factor,
    backoffFactor: backoff_factor,
    growthInterval: growth_interval,
    ...WITHOUT_BOUNDS,
  });
}

/** Runs one GradScaler loop on explicit gradients: scale, accumulate, unscale, clip, step each optimizer, update once. */
export class TorchReplay {
  readonly params: readonly (readonly Float32Array[])[];
  state: LossScaleState;
  private machine: LossScale;
  private readonly enabled: boolean;
  private readonly optimizers: readonly Float32Optimizer[];

  constructor(trace: TorchCase, machine: LossScale = torchMachine(trace.config)) {
    this.machine = machine;
    this.state = machine.init();
    this.enabled = trace.config.enabled ?? true;
    this.params = trace.initial.map((list) => list.map(float32));
    this.optimizers = trace.optimizers.map(({ type, args }) => float32Optimizer('torch', type, args));
  }

  /** Saves machine and state as JSON text and goes on with what was read back. */
  reload(): void {
    const saved = JSON.stringify({ options: this.machine.options, state: this.state });
    const { options, state } = JSON.parse(saved) as { options: LossScale['options']; state: unknown };
    this.machine = dynamicLossScale(options);
    this.state = this.machine.restore(state);
  }

  step(step: TorchStep): TorchSight {
    if (step.reload === true) this.reload();
    const { scale } = this.state;
    const scaledGrads = this.optimizers.map((_, o) => step.grads.map((micro) => times(float32Each(micro[o]!), scale)).reduce(plus));
    const seen = scaledGrads.map((grads, o) => this.finish(grads, step, o));
    const foundInf = seen.map(({ found }) => found);
    this.state =
      step.set_scale === undefined
        ? this.machine.next(this.state, !foundInf.includes(true))
        : this.machine.restore({ ...this.state, scale: step.set_scale });
    return {
      scaleBefore: scale,
      scaledGrads,
      clipNorms: seen.map(({ clipNorm }) => clipNorm),
      foundInf,
      stepped: foundInf.map((found) => !found),
      state: this.state,
    };
  }

  /** Takes one optimizer from its scaled gradients to its updated or untouched parameters. */
  private finish(scaled: Gradients, step: TorchStep, o: number): { found: boolean; clipNorm: number } {
    const early = step.unscale?.includes(o) ?? false;
    const clip = (grads: Gradients): { grads: Gradients; clipNorm: number } => {
      const clipNorm = norm(grads);
      return step.clip === undefined
        ? { grads, clipNorm }
        : { grads: times(grads, Math.min(Math.fround(step.clip / Math.fround(clipNorm + 1e-6)), 1)), clipNorm };
    };
    const unscale = (grads: Gradients): { grads: Gradients; found: boolean } =>
      this.enabled ? { grads: times(grads, inverse(this.state.scale)), found: !allFinite(grads) } : { grads, found: false };
    const first = early ? unscale(scaled) : { grads: scaled, found: false };
    const clipped = clip(first.grads);
    const last = early ? { grads: clipped.grads, found: first.found } : unscale(clipped.grads);
    if (!last.found) this.optimizers[o]!.apply(this.params[o]!, last.grads);
    return { found: last.found, clipNorm: clipped.clipNorm };
  }
}
