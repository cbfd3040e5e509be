import type { Storage } from '@halftone/autocast';
import type { Conversion } from '../../current-lowering.ts';
import type { PortCodec } from '../../kernels/assemble.ts';
import { assemble, packParams } from '../../kernels/assemble.ts';
import type { DeviceTraits, KernelSource } from '../../kernels/kernel-source.ts';
import type { EmittedKernel, ScalarRef } from '../emit/binder.ts';
import { emitEpilogue } from '../emit/epilogue.ts';
import { roundingOf } from '../emit/rounding.ts';
import type { GroupText } from '../emit/map-kernel.ts';
import { emitMaps } from '../emit/map-kernel.ts';
import { emitReductions } from '../emit/reduce-kernel.ts';
import { shareResults } from '../fusion/share-results.ts';
import type { Group } from '../fusion/groups.ts';
import { groupNodes } from '../fusion/groups.ts';
import { pairInPlace } from '../fusion/in-place.ts';
import { inlineMaps } from '../fusion/inline.ts';
import { neededNodes } from '../fusion/needed.ts';
import { scheduleGroups } from '../fusion/schedule.ts';
import type { GraphShape, KernelNode, ProgramNode } from '../node.ts';
import { readsOf } from '../node.ts';
import { slotBytes } from '../slot-bytes.ts';
import type { StepEffects } from './memory-plan.ts';
import { planMemory } from './memory-plan.ts';
import type { PipelineCache } from './pipelines.ts';
import type { Plan, PlanScalar, PlanStep } from './plan.ts';
import { UNIFORM_ALIGNMENT } from './plan.ts';

/** A program of tfjs's, compiled for its storages. */
export interface CompiledProgram {
  readonly pipeline: GPUComputePipeline;
  readonly uniforms: ArrayBuffer;
  readonly dispatch: readonly [number, number, number];
}

/** What planning needs of the backend. */
export interface PlanDevice {
  readonly traits: DeviceTraits;
  readonly conversion: Conversion;
  readonly pipelines: PipelineCache;
  compileProgram(node: ProgramNode, graph: GraphShape): CompiledProgram;
}

/** A step before it is known where its slots lie. */
interface Draft {
  readonly label: string;
  readonly pipeline: () => GPUComputePipeline;
  readonly compile: () => Promise<void>;
  readonly layout: GPUBindGroupLayout;
  readonly slots: readonly number[];
  readonly params: ArrayBuffer | null;
  readonly scalars: readonly {
    readonly byte: number;
    readonly type: 'f32' | 'i32' | 'u32';
    readonly node: number;
    readonly scalar: number | string;
  }[];
  readonly dispatch: readonly [number, number, number];
  readonly effects: StepEffects;
}

/** Fuses a graph and lays down how it runs: kernels, buffers, numbers. Compiles nothing but tfjs's own programs. */
export function buildPlan(recorded: GraphShape, device: PlanDevice): Plan {
  const graph = shareResults(recorded);
  const needed = neededNodes(graph);
  const maxBindings = device.traits.maxStorageBuffers;
  const inlining = inlineMaps(graph, needed, Math.max(4, maxBindings - 3));
  const groups = groupNodes(graph, needed, { inlining, maxBindings });
  const readers = new Map<number, Set<number>>();
  for (const group of groups) {
    for (const index of group.members) {
      const node = graph.nodes[index];
      for (const slot of inlining.leaves.get(index)?.keys() ?? (node === undefined ? [] : readsOf(node)))
        readers.set(slot, (readers.get(slot) ?? new Set()).add(group.id));
    }
  }
  const order = scheduleGroups(groups);
  const turn = new Map(order.map(({ id }, index) => [id, index]));
  const drafts = order.map((group, index): Draft => {
    const readersOf = (slot: number): number[] => [...(readers.get(slot) ?? [])];
    const stored = (slot: number): boolean => graph.slots[slot]?.live === true || readersOf(slot).some((id) => id !== group.id);
    const text: GroupText = {
      graph,
      inlined: (node) => inlining.inlined.has(node),
      round: roundingOf(device.conversion),
      stored,
      inPlace: pairInPlace(graph, group, {
        inlining,
        stored,
        isLastReader: (slot) => readersOf(slot).every((id) => (turn.get(id) ?? 0) <= index),
      }),
    };
    return draftOf(group, text, device);
  });
  const { buffers, bufferOf, copies } = planMemory(
    graph,
    drafts.map(({ effects }) => effects),
    (slot) => slotBytes(graph.slots[slot] as { size: number; storage: Storage }),
  );
  const blocks: ArrayBuffer[] = [];
  const scalars: PlanScalar[] = [];
  let offset = 0;
  const steps = drafts.map((draft, index): PlanStep => {
    const { params } = draft;
    const place = params === null ? null : { offset, bytes: params.byteLength };
    if (params !== null) {
      blocks.push(params);
      scalars.push(...draft.scalars.map((scalar) => ({ ...scalar, byte: offset + scalar.byte })));
      offset += Math.ceil(params.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
    }
    const bound = draft.slots.map((slot) => ({
      buffer: bufferOf.get(slot) ?? -1,
      bytes: slotBytes(graph.slots[slot] as { size: number; storage: Storage }),
    }));
    return {
      label: draft.label,
      pipeline: draft.pipeline,
      layout: draft.layout,
      bound,
      dispatch: draft.dispatch,
      params: place,
      copies: copies.get(index) ?? [],
    };
  });
  const all = new Uint8Array(offset);
  let at = 0;
  for (const block of blocks) {
    all.set(new Uint8Array(block), at);
    at += Math.ceil(block.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
  }
  return {
    shape: graph,
    steps,
    buffers,
    bufferOf,
    params: all.buffer,
    scalars,
    compile: async (onCompiled) => {
      for (const [index, draft] of drafts.entries()) {
        await draft.compile();
        onCompiled(index + 1, drafts.length);
      }
    },
  };
}

function draftOf(group: Group, text: GroupText, device: PlanDevice): Draft {
  const { graph } = text;
  const first = group.members[0] ?? -1;
  const node = graph.nodes[first];
  if (node?.kind === 'program') return programDraft(node, graph, device);
  if (node?.kind === 'kernel') return kernelDraft(group, node, first, text, device);
  const members = [...group.members].sort((a, b) => a - b);
  const emitted = group.kind === 'reduce' ? emitReductions(members, text) : emitMaps(members, text);
  return emittedDraft(emitted, device, graph, { scalars: emitted.scalars, updates: pairsOf(text) });
}

function kernelDraft(group: Group, node: KernelNode, index: number, text: GroupText, device: PlanDevice): Draft {
  const { graph } = text;
  const facts = (slot: number) => ({ size: graph.slots[slot]?.size ?? 0, storage: graph.slots[slot]?.storage ?? 'float32' });
  const updates = node.recipe.updates ?? [];
  const source = node.recipe.build({ device: device.traits, inputs: node.inputs.map(facts), outputs: node.outputs.map(facts) });
  const portSlots = [...node.inputs.filter((_, input) => !updates.some(([, updated]) => updated === input)), ...node.outputs];
  const epilogue = group.members.slice(1).sort((a, b) => a - b);
  const output = node.outputs[0] ?? -1;
  const emitted: EmittedKernel =
    epilogue.length === 0
      ? { source, slots: portSlots, scalars: [] }
      : emitEpilogue(source, { portSlots, output, members: epilogue }, text);
  const named = Object.keys(node.recipe.scalars ?? {}).map((param) => ({ param, node: index, scalar: param }));
  return emittedDraft(emitted, device, graph, {
    scalars: [...emitted.scalars, ...named],
    updates: [...updates.map(([to, from]) => [node.outputs[to] ?? -1, node.inputs[from] ?? -1] as const), ...pairsOf(text)],
  });
}

function pairsOf({ inPlace }: GroupText): (readonly [number, number])[] {
  return [...inPlace].map(([input, output]) => [output, input] as const);
}

type AnyScalar = Omit<ScalarRef, 'scalar'> & { readonly scalar: number | string };

function emittedDraft(
  { source, slots }: EmittedKernel,
  device: PlanDevice,
  graph: GraphShape,
  { scalars, updates }: { scalars: readonly AnyScalar[]; updates: StepEffects['updates'] },
): Draft {
  const codecs = slots.map((slot): PortCodec => {
    const storage = graph.slots[slot]?.storage ?? 'float32';
    return storage === 'float32' ? null : (device.conversion.codecs?.[storage] ?? null);
  });
  const kernel = assemble(source, codecs, device.conversion);
  const entry = device.pipelines.entry(kernel);
  const params = source.params ?? [];
  return {
    label: source.name,
    pipeline: () => device.pipelines.ready(entry),
    compile: () => device.pipelines.compile(entry),
    layout: entry.layout,
    slots,
    params: params.length === 0 ? null : packParams(params),
    scalars: scalars.map(({ param, node, scalar }) => {
      const at = params.findIndex(({ name }) => name === param);
      return { byte: at * 4, type: params[at]?.type ?? 'f32', node, scalar };
    }),
    dispatch: source.dispatch,
    effects: effectsOf(source, slots, updates),
  };
}

function effectsOf({ ports }: KernelSource, slots: readonly number[], updates: StepEffects['updates']): StepEffects {
  const pick = (...kinds: string[]): number[] => slots.filter((_, index) => kinds.includes(ports[index]?.access ?? ''));
  return { reads: pick('read'), writes: pick('write', 'update', 'atomic'), updates };
}

function programDraft(node: ProgramNode, graph: GraphShape, device: PlanDevice): Draft {
  const { pipeline, uniforms, dispatch } = device.compileProgram(node, graph);
  const output = node.outputs[0];
  return {
    label: node.program.shaderKey,
    pipeline: () => pipeline,
    compile: () => Promise.resolve(),
    layout: pipeline.getBindGroupLayout(0),
    slots: [output, ...node.inputs],
    params: uniforms,
    scalars: [],
    dispatch,
    effects: { reads: node.inputs, writes: [output], updates: node.updates >= 0 ? [[output, node.updates]] : [] },
  };
}
