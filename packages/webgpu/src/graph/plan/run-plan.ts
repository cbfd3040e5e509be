import type { PendingGraph } from '../pending-graph.ts';
import type { PassEncoder } from '../../device/pass-timer.ts';
import { bufferId } from '../../memory.ts';
import type { Plan, PlanStep } from './plan.ts';

/** What running a plan needs of the device. */
export interface RunDevice {
  readonly device: GPUDevice;
  /** A buffer for tensors, from the pool; `what` says what for. */
  acquire(bytes: number, preferred: GPUBuffer | undefined, what: () => string): GPUBuffer;
  release(buffer: GPUBuffer): void;
  acquireUniform(bytes: number): GPUBuffer;
  releaseUniform(buffer: GPUBuffer): void;
  /** The encoder to which commands are added; whoever calls the run submits it. */
  encoder(): PassEncoder;
}

/** How many bind groups a step remembers: a graph whose buffers change places comes back to the same ones. */
const GROUPS_PER_STEP = 4;

/** A plan with what it keeps on the device between runs: its uniform buffer and its bind groups. */
export class RunnablePlan {
  readonly plan: Plan;
  readonly #groups: Map<string, GPUBindGroup>[];
  readonly #numbers: DataView;
  readonly #device: RunDevice;
  #uniform: GPUBuffer | null = null;
  #last: readonly GPUBuffer[] = [];
  #beforeLast: readonly GPUBuffer[] = [];
  #lastGroups: readonly GPUBindGroup[] = [];
  /** Runs so far. */
  runs = 0;
  /** When it ran last, counted in runs of any plan. */
  ranAt: number | null = null;

  constructor(plan: Plan, device: RunDevice) {
    this.plan = plan;
    this.#device = device;
    this.#groups = plan.steps.map(() => new Map());
    this.#numbers = new DataView(plan.params);
  }

  /**
   * Adds all commands to the encoder and hands out the buffers by plan index. Buffers that no slot keeps go back to the
   * pool: the caller must submit before anything is written to them from the host.
   */
  run(graph: PendingGraph): readonly GPUBuffer[] {
    const { plan } = this;
    const buffers = this.#acquire(graph);
    this.#writeNumbers(graph);
    const groups = sameBuffers(buffers, this.#last) ? this.#lastGroups : plan.steps.map((step, index) => this.#group(step, index, buffers));
    [this.#beforeLast, this.#last, this.#lastGroups] = [this.#last, buffers, groups];
    const encoder = this.#device.encoder();
    let pass: GPUComputePassEncoder | null = null;
    let current: GPUComputePipeline | null = null;
    for (const [index, step] of plan.steps.entries()) {
      if (step.copies.length > 0) {
        pass?.end();
        pass = null;
        for (const [from, to, bytes] of step.copies)
          encoder.copyBufferToBuffer(buffers[from] as GPUBuffer, 0, buffers[to] as GPUBuffer, 0, bytes);
      }
      if (pass === null) {
        pass = encoder.beginComputePass();
        current = null;
      }
      const pipeline = step.pipeline();
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, groups[index] as GPUBindGroup);
      pass.dispatchWorkgroups(step.dispatch[0], step.dispatch[1], step.dispatch[2]);
    }
    pass?.end();
    this.runs++;
    return buffers;
  }

  /** Gives the uniform buffer back. */
  dispose(): void {
    if (this.#uniform !== null) this.#device.releaseUniform(this.#uniform);
    this.#uniform = null;
  }

  /** Buffers for everything that has none; all or nothing. */
  #acquire(graph: PendingGraph): GPUBuffer[] {
    const taken: GPUBuffer[] = [];
    const take = (bytes: number, index: number, preferred: GPUBuffer | undefined): GPUBuffer => {
      const buffer = this.#device.acquire(bytes, preferred, () => this.#nameOf(index));
      taken.push(buffer);
      return buffer;
    };
    try {
      this.#uniform ??= this.plan.params.byteLength > 0 ? this.#device.acquireUniform(this.plan.params.byteLength) : null;
      // what stays is taken first, from the run before the last: two sets of buffers take turns, and bind groups come back
      const own = this.plan.buffers.map((buffer, index) =>
        buffer.kind === 'own' ? take(buffer.bytes, index, this.#beforeLast[index]) : null,
      );
      return this.plan.buffers.map((buffer, index) => {
        if (buffer.kind === 'external') return graph.slots[buffer.slot]?.resource as GPUBuffer;
        return own[index] ?? take(buffer.bytes, index, this.#last[index]);
      });
    } catch (error) {
      for (const buffer of taken) this.#device.release(buffer);
      throw error;
    }
  }

  /** A buffer by the first step that it is bound to. */
  #nameOf(index: number): string {
    const { steps } = this.plan;
    const first = steps.findIndex(({ bound }) => bound.some(({ buffer }) => buffer === index));
    return `a tensor of '${steps[first]?.label ?? 'a copy'}', kernel ${first + 1} of ${steps.length}`;
  }

  /** One write for all numbers, and none when all are as they were. */
  #writeNumbers(graph: PendingGraph): void {
    if (this.#uniform === null) return;
    let changed = this.runs === 0;
    for (const { byte, type, node: index, scalar } of this.plan.scalars) {
      const node = graph.nodes[index];
      const value =
        node?.kind === 'map'
          ? node.scalars[scalar as number]
          : node?.kind === 'kernel'
            ? node.recipe.scalars?.[scalar as string]
            : undefined;
      const before = this.#numbers.getUint32(byte, true);
      if (type === 'f32') this.#numbers.setFloat32(byte, value ?? 0, true);
      else if (type === 'i32') this.#numbers.setInt32(byte, value ?? 0, true);
      else this.#numbers.setUint32(byte, value ?? 0, true);
      changed ||= before !== this.#numbers.getUint32(byte, true);
    }
    if (changed) this.#device.device.queue.writeBuffer(this.#uniform, 0, this.plan.params);
  }

  #group({ bound, params, layout }: PlanStep, index: number, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const known = this.#groups[index] as Map<string, GPUBindGroup>;
    const key = bound.map(({ buffer }) => bufferId(buffers[buffer] as GPUBuffer)).join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const entries: GPUBindGroupEntry[] = bound.map(({ buffer, bytes }, binding) => ({
      binding,
      resource: { buffer: buffers[buffer] as GPUBuffer, offset: 0, size: Math.max(4, bytes) },
    }));
    if (params !== null)
      entries.push({ binding: bound.length, resource: { buffer: this.#uniform as GPUBuffer, offset: params.offset, size: params.bytes } });
    const group = this.#device.device.createBindGroup({ layout, entries });
    if (known.size >= GROUPS_PER_STEP) known.delete(known.keys().next().value as string);
    known.set(key, group);
    return group;
  }
}

function sameBuffers(a: readonly GPUBuffer[], b: readonly GPUBuffer[]): boolean {
  return a.length === b.length && a.every((buffer, index) => buffer === b[index]);
}
