import type { KernelSource, Port } from '../../kernels/kernel-source.ts';
import type { EmittedKernel } from './binder.ts';
import { Binder } from './binder.ts';
import { Emitter } from './emitter.ts';
import type { GroupText } from './map-kernel.ts';
import { labelOf } from './map-kernel.ts';

/** A kernel whose first output is worked on by elementwise nodes on its way out: the kernel's store function becomes theirs. */
export function emitEpilogue(
  source: KernelSource,
  { portSlots, output, members }: { portSlots: readonly number[]; output: number; members: readonly number[] },
  { graph, inlined, inPlace, round, stored }: GroupText,
): EmittedKernel {
  const at = portSlots.indexOf(output);
  const port = source.ports[at] as Port;
  const binder = new Binder(graph, { inPlace, prefix: 'epilogue_' });
  const width = port.width === 4 ? 4 : 1;
  const emitter = new Emitter(binder, { inlined, round, prefix: 'epilogue_v' });
  emitter.provide(output, 'e', width, { name: 'value', type: 'f' });
  if (stored(output)) emitter.store(output, 'e', width, { name: 'value', type: 'f' });
  for (const index of members) {
    const slot = graph.nodes[index]?.outputs[0] ?? -1;
    const value = emitter.compute(index, 'e', width);
    if (stored(slot)) emitter.store(slot, 'e', width, value);
  }
  const { ports, params, slots, scalars, declarations } = binder.finish();
  const type = port.width === 1 ? 'f32' : `vec${port.width}<f32>`;
  const body = [...emitter.lines, ...emitter.stores].map((line) => `  ${line}`).join('\n');
  const store =
    port.width === 2
      ? `fn epilogue(e : i32, value : f32) {\n${body}\n}\nfn store_${port.name}(i : i32, value : ${type}) { epilogue(i * 2, value.x); epilogue(i * 2 + 1, value.y); }`
      : `fn store_${port.name}(i : i32, value : ${type}) {\n  let e : i32 = i${width === 4 ? ' * 4' : ''};\n${body}\n}`;
  return {
    source: {
      ...source,
      name: `${source.name} ${labelOf(graph, members).replace('halftone ', '+ ')}`,
      ports: [...source.ports.filter((_, index) => index !== at), ...ports],
      params: [...(source.params ?? []), ...params],
      declarations: [declarations, store, source.declarations ?? ''].join('\n'),
    },
    slots: [...portSlots.filter((_, index) => index !== at), ...slots],
    scalars,
  };
}
