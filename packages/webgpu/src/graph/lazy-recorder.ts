import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { Program } from '../internals.ts';
import type { HalfTensorData } from '../storage-data.ts';
import { GRAPH_LIMITS } from './graph-limits.ts';
import type { GraphStatistics } from './graph-statistics.ts';
import type { NodeOperand, ProgramNode } from './node.ts';
import { PendingGraph } from './pending-graph.ts';
import { buildPlan } from './plan/build-plan.ts';
import { RunnablePlan } from './plan/run-plan.ts';
import type { MapRecorder, MapRequest, Recorder, RecordRequest, ReduceRequest, View } from './record.ts';
import type { FlushOptions, RecorderHost } from './recorder-host.ts';
import { abandonGraph, settleGraph } from './settle.ts';
import { slotBytes } from './slot-bytes.ts';

export type ProgramUniforms = ProgramNode['uniforms'];

/** One program of tfjs's on its way into the graph. */
export interface ProgramRequest {
  readonly program: Program;
  readonly inputs: readonly TensorInfo[];
  readonly output: TensorInfo;
  readonly uniforms: ProgramUniforms;
}

/**
 * Collects what is asked for and runs it when somebody needs a buffer.
 *
 * A graph that has been seen before is not planned again: its words (`fingerprint`) find the plan, which runs with the new
 * inputs and numbers.
 */
export class LazyRecorder implements Recorder, MapRecorder {
  readonly #host: RecorderHost;
  readonly #plans = new Map<string, RunnablePlan>();
  #graph = new PendingGraph();
  #stepEnded = false;
  #runs = 0;
  readonly #statistics = { runs: 0, planned: 0, planningMs: 0, replayMs: 0, replayedDispatches: 0 };
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #release = (buffer: GPUBuffer): void => this.#host.release(buffer);

  constructor(host: RecorderHost) {
    this.#host = host;
  }

  /** Whether the numbers of this data are still to be computed. */
  isPending(data: HalfTensorData): boolean {
    return this.#graph.holds(data) && data.place?.pending === true;
  }

  /** Whether a node that has not run makes or reads this data. */
  holds(data: HalfTensorData): boolean {
    return this.#graph.holds(data);
  }

  /** No tensor refers to this data any more; its buffer stays until what reads it has run. */
  drop(data: HalfTensorData): void {
    data.disposed = true;
  }

  record({ recipe, inputs, outputs }: RecordRequest): TensorInfo[] {
    this.#begin(inputs);
    const infos = outputs.map(({ shape, dtype, storage }, index) => {
      const pair = recipe.updates?.find(([output]) => output === index);
      const from = pair === undefined ? undefined : this.#host.dataOf((inputs[pair[1]] as TensorInfo).dataId);
      return this.#host.allocate(shape, dtype, from === undefined ? storage : (from.storage ?? 'float32'));
    });
    const slots = inputs.map((info) => this.#read(info));
    const made = infos.map((info) => ({ info, slot: this.#make(info) }));
    const scalars = Object.keys(recipe.scalars ?? {}).join();
    this.#graph.push({
      kind: 'kernel',
      recipe,
      inputs: slots,
      outputs: made.map(({ slot }) => slot),
      key: `k${recipe.key}(${slots.join()})${made.map(({ slot }) => slot).join()}${recipe.updates?.join('/') ?? ''}${scalars}`,
    });
    return made.map(({ info }) => info);
  }

  recordMap({ op, operands, output, before }: MapRequest): TensorInfo {
    this.#begin(operands.flatMap((operand) => ('input' in operand ? [operand.input] : [])));
    const info = this.#host.allocate(output.shape, output.dtype, output.storage);
    const scalars: number[] = [];
    const scalar = (value: number): NodeOperand => ({ scalar: scalars.push(value) - 1 });
    const list = operands.map((operand): NodeOperand => {
      if ('scalar' in operand) return scalar(operand.scalar);
      const constant = this.#hostNumber(operand.input);
      return constant === undefined ? { slot: this.#read(operand.input), view: operand.view ?? null } : scalar(constant);
    });
    const slot = this.#make(info);
    const old = before === undefined ? undefined : list[before];
    const words = list.map((operand) => ('scalar' in operand ? 's' : `${operand.slot}${viewKey(operand.view)}`));
    this.#graph.push({
      kind: 'map',
      op,
      shape: output.shape,
      operands: list,
      inputs: list.flatMap((operand) => ('slot' in operand ? [operand.slot] : [])),
      outputs: [slot],
      scalars,
      ...(old !== undefined && 'slot' in old ? { before: old.slot } : {}),
      key: `m${op}[${output.shape.join()}]${words.join(' ')}>${slot}`,
    });
    return info;
  }

  /** Makes the storage of data that is still to be computed float32; its numbers are what its half storage would have held. */
  widen(info: TensorInfo): void {
    const data = this.#host.dataOf(info.dataId);
    const from = this.#read(info);
    const slot = this.#make(info);
    data.storage = undefined;
    this.#graph.push({
      kind: 'map',
      op: 'copy',
      shape: [util.sizeFromShape(data.shape)],
      operands: [{ slot: from, view: null }],
      inputs: [from],
      outputs: [slot],
      scalars: [],
      key: `w${from}>${slot}`,
    });
  }

  recordReduce({ op, input, axes, output }: ReduceRequest): TensorInfo {
    this.#begin([input]);
    const info = this.#host.allocate(output.shape, output.dtype, output.storage);
    const from = this.#read(input);
    const slot = this.#make(info);
    this.#graph.push({
      kind: 'reduce',
      op,
      shape: input.shape,
      axes,
      inputs: [from],
      outputs: [slot],
      key: `r${op}[${input.shape.join()}]${axes.join()}(${from})${slot}`,
    });
    return info;
  }

  recordProgram({ program, inputs, output, uniforms }: ProgramRequest): TensorInfo {
    this.#begin(inputs);
    const slots = inputs.map((info) => this.#read(info));
    const data = this.#host.dataOf(output.dataId);
    if (data.values !== null && data.values !== undefined) this.#host.upload(output.dataId); // a ground that was computed on the host
    const goesOn = this.isPending(data) || (data.resource !== undefined && data.resource !== null);
    const updates = goesOn ? this.#read(output) : -1;
    const slot = this.#make(output);
    const facts = [
      program.shaderKey,
      program.dispatch.join('x'),
      program.workgroupSize.join('x'),
      program.outputShape.join(),
      output.dtype,
      ...inputs.map(({ shape, dtype }) => `${dtype}${shape.join()}`),
    ];
    const numbers = uniforms.map(({ type, data: values }) => `${type}${Array.from(values).join()}`);
    this.#graph.push({
      kind: 'program',
      program,
      uniforms,
      inputShapes: inputs.map(({ shape }) => shape),
      outputShape: output.shape,
      outputDtype: output.dtype,
      inputs: slots,
      outputs: [slot],
      updates,
      key: `p${facts.join('_')}|${numbers.join('_')}(${slots.join()})${updates}>${slot}`,
    });
    return output;
  }

  /** A step has ended: what is recorded next is another graph, so that each step is one and the same. */
  endStep(): void {
    this.#stepEnded = !this.#graph.empty;
  }

  /**
   * Runs everything that was asked for and is still needed. With `submit: false` the commands wait in the encoder for a
   * submit that the caller is about to make. When it fails, old values of what was to be updated are whole, and what was to be made says why it does not exist.
   */
  flush({ submit = true, unread = false }: FlushOptions = {}): void {
    const graph = this.#take();
    if (graph === null) return;
    const start = performance.now();
    const { planned } = this.#statistics;
    try {
      const plan = this.#planOf(graph, unread);
      if (plan.runs === 0 && newBytes(plan) >= GRAPH_LIMITS.trimBytes) this.#host.trim();
      this.#age(plan);
      if (this.#statistics.planned === planned) this.#statistics.replayedDispatches += plan.plan.steps.length;
      settleGraph(graph, plan.plan, plan.run(graph), this.#release);
    } catch (error) {
      abandonGraph(graph, error instanceof Error ? error : new Error(String(error)), this.#release);
      throw error;
    }
    if (submit) this.#host.submit();
    const spent = performance.now() - start;
    this.#statistics.runs++;
    if (this.#statistics.planned > planned) this.#statistics.planningMs += spent;
    else this.#statistics.replayMs += spent;
  }

  /**
   * Plans what was asked for, compiles it without blocking, and runs it. Waits for the GPU's compiler; work that is asked
   * for meanwhile runs when somebody needs it.
   */
  async compile(onCompiled: (done: number, total: number) => void): Promise<void> {
    if (this.#graph.empty) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#planOf(this.#graph).plan.compile(onCompiled);
    this.flush();
  }

  /** Counts since the recorder was made. */
  get statistics(): GraphStatistics {
    return { ...this.#statistics, plans: this.#plans.size };
  }

  /** The remembered plans by fingerprint, longest unused first; for reports and tests. */
  get plans(): ReadonlyMap<string, RunnablePlan> {
    return this.#plans;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#graph = new PendingGraph();
    for (const plan of this.#plans.values()) plan.dispose();
    this.#plans.clear();
  }

  /** Everything that may throw or run what waits happens before the first slot is given. */
  #begin(inputs: readonly TensorInfo[]): void {
    for (const { dataId } of inputs) {
      const { failure } = this.#host.dataOf(dataId);
      if (failure !== undefined) throw failure;
    }
    if (this.#stepEnded || this.#graph.nodes.length >= GRAPH_LIMITS.nodes) this.flush();
    this.#expectUploads(inputs);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      try {
        this.flush();
      } catch {
        // whoever asks for one of the results is told
      }
    }, 0);
  }

  /** Data on the host gets its buffer while a node is recorded, when it is too late to run what waits. */
  #expectUploads(inputs: readonly TensorInfo[]): void {
    let bytes = 0;
    for (const { dataId } of inputs) {
      const data = this.#host.dataOf(dataId);
      if (!data.resource && !this.isPending(data)) bytes += bytesOf(data);
    }
    if (bytes > 0) this.#host.expect(bytes, () => `inputs on the host [${inputs.map(({ shape }) => shape.join(', ')).join('], [')}]`);
  }

  #take(): PendingGraph | null {
    this.#stepEnded = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const graph = this.#graph;
    if (graph.empty) return null;
    this.#graph = new PendingGraph();
    return graph;
  }

  /** A buffer that was not used while a loop went round twice is not part of the loop. */
  #age(plan: RunnablePlan): void {
    const period = plan.ranAt === null ? Infinity : this.#runs - plan.ranAt;
    plan.ranAt = this.#runs++;
    this.#host.age(2 * period + 2);
  }

  #planOf(graph: PendingGraph, unread = false): RunnablePlan {
    const { shape, fingerprint } = graph.shape(unread);
    const known = this.#plans.get(fingerprint);
    if (known !== undefined) {
      this.#plans.delete(fingerprint);
      this.#plans.set(fingerprint, known);
      return known;
    }
    this.#statistics.planned++;
    const plan = new RunnablePlan(buildPlan(shape, this.#host), this.#host);
    this.#plans.set(fingerprint, plan);
    if (this.#plans.size > GRAPH_LIMITS.plans) {
      const [oldest, unused] = this.#plans.entries().next().value as [string, RunnablePlan];
      this.#plans.delete(oldest);
      unused.dispose();
    }
    return plan;
  }

  #read(info: TensorInfo): number {
    const data = this.#host.dataOf(info.dataId);
    if (!this.isPending(data)) this.#host.upload(info.dataId);
    return this.#graph.read(data, util.sizeFromShape(data.shape));
  }

  #make(info: TensorInfo): number {
    const data = this.#host.dataOf(info.dataId);
    return this.#graph.made(data, util.sizeFromShape(info.shape));
  }

  /** The number in a one-element float tensor that is on the host: it stays there, and may differ from run to run. */
  #hostNumber({ dataId }: TensorInfo): number | undefined {
    const data = this.#host.dataOf(dataId);
    if (data.resource || data.dtype !== 'float32' || data.values?.length !== 1) return undefined;
    return data.values[0] as number;
  }
}

function bytesOf({ shape, storage }: HalfTensorData): number {
  return slotBytes({ size: util.sizeFromShape(shape), storage: storage ?? 'float32' });
}

function newBytes({ plan }: RunnablePlan): number {
  return plan.buffers.reduce((sum, buffer) => (buffer.kind === 'external' ? sum : sum + buffer.bytes), 0);
}

function viewKey(view: View | null): string {
  return view === null ? '' : `v${view.offset}:${view.strides.join('.')}`;
}
