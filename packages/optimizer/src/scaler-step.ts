import type { Optimizer } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import { Chooser } from './chooser.ts';
import type { ClipOptions } from './clip.ts';
import { clip } from './clip.ts';
import type { StepPath } from './fused-plan.ts';
import { planFusedStep } from './fused-plan.ts';
import { FusedScale } from './fused-scale.ts';
import { takeFusedStep } from './fused-step.ts';
import type { NamedGradient } from './gradient-list.ts';
import { presentGradients, withTensors } from './gradient-list.ts';
import { applyList } from './inner-optimizer.ts';
import { allFinite } from './joined-checks.ts';
import { recordedApply } from './recorded-apply.ts';
import type { ScaleOnDevice } from './scale-on-device.ts';
import type { ScalerGradients } from './scaler-gradients.ts';
import { UndoLog } from './undo-log.ts';

/** One optimizer's step within a round. */
interface RoundStep {
  readonly gradients: ScalerGradients;
  readonly options: ClipOptions;
  /** Leave the verdict to the end of the round. */
  readonly skipAll: boolean;
  readonly stage: 'scaled' | 'unscaled';
  readonly scale: ScaleOnDevice;
}

/** Takes a step by the checks of its gradients, which stay until they are marked as spent. */
export function checkedStep(
  optimizer: Optimizer,
  list: readonly NamedGradient[],
  { gradients, options, skipAll, stage, scale }: RoundStep,
): StepPath {
  const plan = scale instanceof FusedScale ? planFusedStep(optimizer, list) : 'no-plug-in';
  const isFused = typeof plan !== 'string';
  const { tensors, checks } = gradients.prepare(list, { stage, scale, keepScale: isFused });
  const flag = allFinite(checks);
  const log = new UndoLog();
  try {
    if (isFused) {
      const unscale = stage === 'scaled';
      const step = (): unknown =>
        takeFusedStep(optimizer, plan, {
          gradients: tensors,
          clip: options,
          scale: scale as FusedScale,
          unscale,
          verdict: { by: 'flag', flag },
        });
      if (skipAll) log.record(step);
      else step();
    } else {
      opByOp(optimizer, { list: withTensors(list, tensors), options, flag, log, skipAll });
    }
    if (skipAll) gradients.round.addOpenLog(log);
    gradients.round.addStep({ optimizer, checks });
  } finally {
    dispose([flag, ...tensors]);
  }
  return isFused ? 'fused' : plan;
}

/** A step without a scale: nothing is checked. Takes the gradients over. */
export function plainStep(optimizer: Optimizer, list: readonly NamedGradient[], options: ClipOptions): StepPath {
  const tensors = presentGradients(list).map(({ tensor }) => tensor);
  const plan = planFusedStep(optimizer, list);
  if (typeof plan !== 'string') {
    takeFusedStep(optimizer, plan, { gradients: tensors, clip: options, scale: null, unscale: false, verdict: { by: 'none' } });
    dispose(tensors);
    return 'fused';
  }
  const clipped = clip(tensors, options);
  applyList(optimizer, withTensors(list, clipped));
  dispose([...clipped, ...tensors]);
  return plan;
}

function opByOp(
  optimizer: Optimizer,
  {
    list,
    options,
    flag,
    log,
    skipAll,
  }: {
    readonly list: readonly NamedGradient[];
    readonly options: ClipOptions;
    readonly flag: ReturnType<typeof allFinite>;
    readonly log: UndoLog;
    readonly skipAll: boolean;
  },
): void {
  const clipped = clip(
    presentGradients(list).map(({ tensor }) => tensor),
    options,
  );
  const chooser = new Chooser(flag);
  try {
    recordedApply(optimizer, withTensors(list, clipped), { chooser, log });
    if (!skipAll) log.settle(chooser);
  } finally {
    chooser.dispose();
    dispose(clipped);
  }
}
