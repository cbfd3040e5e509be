import { describeMachine } from './machine.ts';
import { spreadOf } from './statistics.ts';
import type { Counted, StepResult, Timed } from './step-result.ts';
import type { StepSpec } from './step-spec.ts';

/**
 * Puts what a process counted and timed into the result of one contestant.
 *
 * A step that computed nothing has no time and no loss; what its JavaScript took is as real as ever.
 */
export function stepResult(spec: StepSpec, counted: Counted, timed: Timed): StepResult {
  const { counters, report, tensorflow } = counted;
  const hostMs = spreadOf(timed.hostMs);
  const hostMsPerStep = hostMs.median;
  const stepMs = spec.countOnly ? null : spreadOf(timed.stepMs);
  const { batch, size, depth, seed } = spec.options;
  return {
    model: spec.model,
    backend: spec.backend,
    policy: spec.policy,
    batch,
    dispatches: counters?.dispatches ?? null,
    storageBytesBound: counters?.storageBytesBound ?? tensorflow?.operandBytes ?? null,
    peakBytes: counters?.peakBytes ?? tensorflow?.peakBytes ?? null,
    readbacks: counters?.readbacks ?? tensorflow?.readbacks ?? null,
    submits: counters?.submits ?? null,
    pipelinesAfterWarmup: counters?.pipelinesAfterWarmup ?? null,
    hostMsPerStep,
    itemsPerSecond: stepMs === null ? null : (1000 * counted.items) / stepMs.median,
    stepMs,
    losses: counted.losses === null ? null : [...counted.losses, ...timed.losses],
    kind: 'step',
    item: counted.item,
    size,
    depth,
    seed,
    optimizer: counted.optimizer,
    parameters: counted.parameters,
    countOnly: spec.countOnly,
    codec: counted.codec,
    hostMs,
    hostUsPerDispatch: counters === null || counters.dispatches === 0 ? null : (1000 * hostMsPerStep) / counters.dispatches,
    peakBytesFromStart: counted.peakBytesFromStart,
    pipelinesBuilt: counted.pipelinesBuilt,
    queueWrites: report?.queueWrites ?? null,
    bindGroupsCreated: report?.bindGroups ?? null,
    buffersCreated: report?.buffersCreated ?? null,
    copies: report?.copies ?? null,
    passes: report?.passes ?? null,
    workgroups: report?.workgroups ?? null,
    deterministic: counted.deterministic,
    ops: tensorflow?.ops ?? null,
    castsDown: tensorflow?.castsDown ?? null,
    castsUp: tensorflow?.castsUp ?? null,
    uploads: tensorflow?.uploads ?? null,
    byOp: tensorflow?.byOp ?? null,
    byPipeline: report?.byPipeline ?? null,
    machine: describeMachine(counted.device, counted.node),
  };
}
