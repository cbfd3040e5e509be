import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { dispose, mul, tidy } from '@tensorflow/tfjs-core';
import type { Accumulator } from './accumulator.ts';
import { Chooser } from './chooser.ts';
import { clip } from './clip.ts';
import { checkFinite } from './finite-check.ts';
import type { FusedPlan, StepPath } from './fused-plan.ts';
import { planFusedStep } from './fused-plan.ts';
import { FusedScale, packFlags } from './fused-scale.ts';
import { takeFusedStep } from './fused-step.ts';
import type { NamedGradient, PresentGradient } from './gradient-list.ts';
import { presentGradients, withTensors } from './gradient-list.ts';
import { applyList, setLearningRateOf } from './inner-optimizer.ts';
import { inFloat32 } from './precision.ts';
import { recordedApply } from './recorded-apply.ts';
import type { ScaleOnDevice, StepFlags } from './scale-on-device.ts';
import type { ScaleRun } from './scale-run.ts';
import { UndoLog } from './undo-log.ts';
import type { StepListeners } from './step-listeners.ts';
import type { MixedPrecisionOptions } from './wrapper-options.ts';

/** One update of the wrapped optimizer. */
interface WrapperStep {
  readonly run: ScaleRun;
  readonly options: MixedPrecisionOptions;
  /** What the forward passes wrote since the last update. */
  readonly forward: UndoLog;
  /** The window whose mean the gradients are, or `null`. */
  readonly window: Accumulator | null;
  /** Whether the gradients still carry the scale. */
  readonly scaled: boolean;
  /** Told once, when weights and slots are settled. */
  readonly listeners: StepListeners;
}

/** Takes a step: in a few kernels where the backend has them and knows the optimizer, else op by op. Gradients stay the caller's. */
export function takeStep(inner: Optimizer, list: readonly NamedGradient[], step: WrapperStep): StepPath {
  const { run, options, window, scaled } = step;
  if (options.learningRate !== undefined) setLearningRateOf(inner, options.learningRate(run.appliedSteps));
  const present = presentGradients(list);
  const { scale } = run;
  const plan = scale === null || scale instanceof FusedScale ? planFusedStep(inner, list) : 'no-plug-in';
  if (typeof plan !== 'string') fusedStep(inner, plan, { ...step, gradients: present.map(({ tensor }) => tensor) });
  else if (scale === null) plainStep(inner, list, step);
  else if (!scaled) checkedStep(inner, list, { ...step, scale, window });
  else {
    const unscaled = unscale(present, scale);
    checkedStep(inner, withTensors(list, unscaled), { ...step, scale, window });
    dispose(unscaled);
  }
  run.noteStep(present.map(({ name }) => name));
  return typeof plan === 'string' ? plan : 'fused';
}

/** Gradients without the scale, owned by the caller. */
export function unscale(list: readonly PresentGradient[], scale: ScaleOnDevice): Tensor[] {
  return inFloat32(() =>
    tidy(() => {
      const inverse = scale.inverse();
      return list.map(({ tensor }) => mul(tensor, inverse));
    }),
  );
}

/** Decides by itself, unless the window has judged its micro-batches one by one. */
function fusedStep(
  inner: Optimizer,
  plan: FusedPlan,
  { run, options, forward, window, scaled, listeners, gradients }: WrapperStep & { readonly gradients: readonly Tensor[] },
): void {
  const scale = run.scale as FusedScale | null;
  const shared = { gradients, clip: options, scale, unscale: scaled };
  if (scale === null) {
    takeFusedStep(inner, plan, { ...shared, verdict: { by: 'none' } });
    listeners.tell({ optimizer: inner, applied: null });
    return;
  }
  const rule = scale.machine.options;
  const judged = window?.judged === true ? flagsOf(gradients, window) : null;
  const flags = judged === null ? null : packFlags(judged);
  const verdict = flags === null ? ({ by: 'check', rule } as const) : ({ by: 'flags', flags, rule } as const);
  const applied = takeFusedStep(inner, plan, { ...shared, verdict }) ?? judged?.applied;
  if (applied !== undefined && !forward.empty) {
    const chooser = new Chooser(applied);
    forward.settle(chooser);
    chooser.dispose();
  }
  listeners.tell({ optimizer: inner, applied: applied as Tensor });
  dispose([...(flags === null ? [] : [flags]), ...(judged === null ? [applied as Tensor] : Object.values(judged))]);
}

/** The inner optimizer's own step, as it is. */
function plainStep(
  inner: Optimizer,
  list: readonly NamedGradient[],
  { options, listeners }: Pick<WrapperStep, 'options' | 'listeners'>,
): void {
  const clipped = clip(
    presentGradients(list).map(({ tensor }) => tensor),
    options,
  );
  try {
    applyList(inner, withTensors(list, clipped));
    listeners.tell({ optimizer: inner, applied: null });
  } finally {
    dispose(clipped);
  }
}

/** The inner optimizer's own step, undone where the device found a bad gradient. */
function checkedStep(
  inner: Optimizer,
  list: readonly NamedGradient[],
  {
    options,
    forward,
    window,
    scale,
    listeners,
  }: Pick<WrapperStep, 'options' | 'forward' | 'window' | 'listeners'> & { readonly scale: ScaleOnDevice },
): void {
  const tensors = presentGradients(list).map(({ tensor }) => tensor);
  const clipped = clip(tensors, options);
  const flags = flagsOf(tensors, window);
  const chooser = new Chooser(flags.applied);
  const log = new UndoLog();
  try {
    recordedApply(inner, withTensors(list, clipped), { chooser, log });
    log.settle(chooser);
    forward.settle(chooser);
    scale.advance(flags);
    listeners.tell({ optimizer: inner, applied: flags.applied });
  } finally {
    chooser.dispose();
    dispose([...clipped, flags.finite, flags.applied, flags.firstBad]);
  }
}

function flagsOf(tensors: readonly Tensor[], window: Accumulator | null): StepFlags {
  const check = checkFinite(tensors);
  if (window === null) return { ...check, applied: check.finite.clone() };
  const flags = window.flags(check);
  dispose([check.finite, check.firstBad]);
  return flags;
}
