import type { Conversion } from '../current-lowering.ts';
import type { Codec } from '../lowering/index.ts';
import { lower } from '../lowering/index.ts';
import type { KernelSource, Param, Port } from './kernel-source.ts';

/** How one port is stored: a codec, or `null` for 32 bits. */
export type PortCodec = Codec | null;

/** A shader that can be compiled, and how its bindings are laid out: the ports in order, then the uniform block if there are params. */
export interface AssembledKernel {
  readonly name: string;
  readonly code: string;
  readonly bindings: readonly GPUBufferBindingType[];
  readonly dispatch: readonly [number, number, number];
}

const ACCESS = { read: 'read', write: 'read_write', update: 'read_write', atomic: 'read_write' } as const satisfies Record<
  Port['access'],
  string
>;

/**
 * Completes a kernel: bindings, uniform block, load and store functions, entry point. Ports with a codec are lowered, so
 * one text serves float32, f16, packed-f16 and bfloat16.
 *
 * Pure.
 */
export function assemble(
  source: KernelSource,
  codecs: readonly PortCodec[],
  conversion: Pick<Conversion, 'narrow' | 'widen'>,
): AssembledKernel {
  const { name, ports, params = [], enables = [] } = source;
  const text = [
    ...enables.map((extension) => `enable ${extension};`),
    ...ports.map((port, index) => declaration(port, index)),
    paramBlock(params, ports.length),
    ...ports.flatMap(accessors),
    source.declarations ?? '',
    entryPoint(source),
  ].join('\n');
  const half = ports.flatMap((port, index) => {
    const codec = codecs[index] ?? null;
    return codec === null ? [] : [[port.name, codec] as const];
  });
  const code =
    half.length === 0
      ? text
      : lower(text, { bindings: Object.fromEntries(half), options: { narrow: conversion.narrow, widen: conversion.widen } }).code;
  const bindings = ports.map(({ access }): GPUBufferBindingType => (access === 'read' ? 'read-only-storage' : 'storage'));
  return { name, code, bindings: params.length === 0 ? bindings : [...bindings, 'uniform'], dispatch: source.dispatch };
}

/** The bytes of the uniform block. Each param takes four; blocks are a multiple of sixteen. */
export function packParams(params: readonly Param[], scalars: Readonly<Record<string, number>> = {}): ArrayBuffer {
  const bytes = new ArrayBuffer(Math.ceil(params.length / 4) * 16);
  const view = new DataView(bytes);
  params.forEach(({ name, type, value }, index) => {
    const number = scalars[name] ?? value;
    if (type === 'f32') view.setFloat32(index * 4, number, true);
    else if (type === 'i32') view.setInt32(index * 4, number, true);
    else view.setUint32(index * 4, number, true);
  });
  return bytes;
}

function elementType({ type, width }: Port): string {
  return width === 1 ? type : `vec${width}<${type}>`;
}

function declaration(port: Port, index: number): string {
  const element = port.access === 'atomic' ? `atomic<${port.type}>` : elementType(port);
  return `@group(0) @binding(${index}) var<storage, ${ACCESS[port.access]}> ${port.name} : array<${element}>;`;
}

function paramBlock(params: readonly Param[], binding: number): string {
  if (params.length === 0) return '';
  const padding = (4 - (params.length % 4)) % 4;
  const members = [
    ...params.map(({ name, type }) => `${name} : ${type},`),
    ...Array.from({ length: padding }, (_, i) => `padding${i} : u32,`),
  ];
  return `struct Params { ${members.join(' ')} }\n@group(0) @binding(${binding}) var<uniform> params : Params;`;
}

function accessors(port: Port): string[] {
  const { name, access } = port;
  const element = elementType(port);
  const load = `fn load_${name}(i : i32) -> ${element} { return ${name}[i]; }`;
  const store = `fn store_${name}(i : i32, value : ${element}) { ${name}[i] = value; }`;
  return { read: [load], write: [store], update: [load, store], atomic: [] }[access];
}

function entryPoint({ workgroupSize, main }: KernelSource): string {
  return `@compute @workgroup_size(${workgroupSize.join(', ')})
fn main(@builtin(global_invocation_id) global : vec3<u32>, @builtin(local_invocation_id) local : vec3<u32>,
    @builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_index) localIndex : u32,
    @builtin(num_workgroups) groupCount : vec3<u32>) {
  let groupIndex = (group.z * groupCount.y + group.y) * groupCount.x + group.x;
${main}
}`;
}
