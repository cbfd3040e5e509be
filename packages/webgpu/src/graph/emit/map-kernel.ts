import { spreadGroups } from '../../kernels/kernel-source.ts';
import type { GraphShape } from '../node.ts';
import type { EmittedKernel } from './binder.ts';
import { Binder } from './binder.ts';
import { Emitter } from './emitter.ts';
import type { Rounding } from './rounding.ts';

const WORKGROUP = 64;

/** What the writers of kernels know of the group that they write. */
export interface GroupText {
  readonly graph: GraphShape;
  readonly inlined: (node: number) => boolean;
  readonly round: Rounding;
  /** By input slot: the output slot that is made in its place. */
  readonly inPlace: ReadonlyMap<number, number>;
  /** Whether a slot must be in a buffer when the group has run. */
  readonly stored: (slot: number) => boolean;
}

/** Element-wise nodes in one dispatch: each invocation computes one element, or four neighbours, of every node. */
export function emitMaps(members: readonly number[], { graph, inlined, inPlace, round, stored }: GroupText): EmittedKernel {
  const binder = new Binder(graph, { inPlace });
  const sizes = [...new Set(members.map((index) => sizeOf(graph, index)))];
  const width = sizes.every((size) => size % 4 === 0) ? 4 : 1;
  const blocks = sizes.map((size, block) => {
    const emitter = new Emitter(binder, { inlined, round, prefix: `v${block}_` });
    const index = `e${block}`;
    for (const member of members) {
      if (sizeOf(graph, member) !== size) continue;
      const slot = graph.nodes[member]?.outputs[0] ?? -1;
      const value = emitter.compute(member, index, width);
      if (stored(slot)) emitter.store(slot, index, width, value);
    }
    const body = [`let ${index} : i32 = i${width === 4 ? ' * 4' : ''};`, ...emitter.lines, ...emitter.stores]
      .map((line) => `    ${line}`)
      .join('\n');
    return `  if (i < ${binder.number(size / width)}) {\n${body}\n  }`;
  });
  const { ports, params, slots, scalars, declarations } = binder.finish();
  const most = Math.max(...sizes) / width;
  return {
    source: {
      name: labelOf(graph, members),
      ports,
      params,
      workgroupSize: [WORKGROUP, 1, 1],
      dispatch: spreadGroups(Math.ceil(most / WORKGROUP)),
      declarations,
      main: `  let i : i32 = i32(groupIndex) * ${WORKGROUP} + i32(localIndex);\n${blocks.join('\n')}`,
    },
    slots,
    scalars,
  };
}

/** The ops of a group, for people: `Add+Relu`, at most four. */
export function labelOf({ nodes }: GraphShape, members: readonly number[]): string {
  const ops = members.map((index) => {
    const node = nodes[index];
    return node?.kind === 'map' || node?.kind === 'reduce' ? node.op : (node?.kind ?? '');
  });
  return `halftone ${ops.slice(0, 4).join('+')}${ops.length > 4 ? `+${ops.length - 4}` : ''}`;
}

function sizeOf({ nodes, slots }: GraphShape, index: number): number {
  return slots[nodes[index]?.outputs[0] ?? -1]?.size ?? 0;
}
