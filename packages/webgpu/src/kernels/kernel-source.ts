import type { Storage } from '@halftone/autocast';

/** One buffer that a kernel binds. `load_NAME(i)` and `store_NAME(i, value)` are written by `assemble`. */
export interface Port {
  /** As the WGSL calls it; a word of its own in the shader. */
  readonly name: string;
  /** `update` is read and written in place; `atomic` is an `array<atomic<i32>>` that the kernel addresses itself. */
  readonly access: 'read' | 'write' | 'update' | 'atomic';
  /** What an element is to the shader. Only `f32` can be stored in half. */
  readonly type: 'f32' | 'i32' | 'u32';
  /** Elements in one load or store: index `i` then counts groups of `width`. It must divide `size`, the last group included. */
  readonly width: 1 | 2 | 4;
  /** Number of elements. */
  readonly size: number;
}

/** A number in the kernel's uniform block: `params.NAME` in WGSL. */
export interface Param {
  readonly name: string;
  readonly type: 'i32' | 'u32' | 'f32';
  readonly value: number;
}

/**
 * One dispatch of a kernel of ours, as plain data.
 *
 * `main` is the body of the entry point. It sees `global`, `local` and `group` (`vec3<u32>`), `localIndex` and
 * `groupIndex` (`u32`, the latter counted over all three dimensions of the dispatch). Bindings, uniform block, loads and
 * stores are added by `assemble`, which also narrows and widens where a port is stored in half: the text here is float32.
 * Shapes belong into `params`, not into the text: two kernels with the same text share a pipeline.
 */
export interface KernelSource {
  /** For people: the label of pipeline and dispatch. */
  readonly name: string;
  readonly ports: readonly Port[];
  readonly params?: readonly Param[];
  readonly workgroupSize: readonly [number, number, number];
  readonly dispatch: readonly [number, number, number];
  /** WGSL extensions that the text itself uses; those of codecs are added where needed. */
  readonly enables?: readonly 'f16'[];
  /** Module scope: `var<workgroup>` and functions. */
  readonly declarations?: string;
  readonly main: string;
}

/** What a recipe may know of one of its tensors when its source is made. */
export interface PortFacts {
  readonly size: number;
  readonly storage: Storage;
}

/** What a recipe may know of the device. */
export interface DeviceTraits {
  readonly shaderF16: boolean;
  readonly adapterClass: AdapterClass;
  /** Products of halves may be multiplied and added up in half for short stretches; the user asked for it. */
  readonly fastMaths: boolean;
  readonly maxStorageBuffers: number;
  readonly maxWorkgroupBytes: number;
  readonly maxInvocations: number;
}

/** Rows of the tables of tile sizes. */
export type AdapterClass = 'cpu' | 'integrated' | 'discrete' | 'mobile' | 'unknown';

export interface BuildContext {
  readonly device: DeviceTraits;
  readonly inputs: readonly PortFacts[];
  readonly outputs: readonly PortFacts[];
}

/**
 * A kernel before it is known how its tensors are stored. The graph builds the source when it runs for the first time.
 *
 * The ports of the source are the inputs, in order, and then the outputs, in order.
 */
export interface KernelRecipe {
  /** Everything that `build` depends on besides its context: name, shapes, attributes. Two recipes with one key are one. */
  readonly key: string;
  build(context: BuildContext): KernelSource;
  /** Numbers that may change from step to step, by the name of their param: they replace its value without a new pipeline. */
  readonly scalars?: Readonly<Record<string, number>>;
  /**
   * What may be fused into this kernel: `epilogue`, if the first output is stored with `store_NAME` exactly once for each
   * element and never read, so that elementwise work can be done on the value on its way out.
   */
  readonly fuses?: { readonly epilogue?: boolean };
  /** Pairs [output, input]: the output is the input's buffer, changed in place; the port of that output is `update` and the input has none. */
  readonly updates?: readonly (readonly [output: number, input: number])[];
}

/** A dispatch of at least `groups` workgroups within the limit of 65,535 a dimension; kernels test `groupIndex`. */
export function spreadGroups(groups: number): [number, number, number] {
  const LIMIT = 65535;
  if (groups <= LIMIT) return [Math.max(groups, 1), 1, 1];
  const y = Math.ceil(groups / LIMIT);
  return [Math.ceil(groups / y), y, 1];
}
