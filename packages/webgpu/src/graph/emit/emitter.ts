import type { Storage } from '@halftone/autocast';
import type { MapType } from '../map-op.ts';
import { splat } from '../map-op.ts';
import { convertValue, mapOps } from '../map-ops/index.ts';
import type { MapNode, NodeOperand } from '../node.ts';
import { isMap } from '../node.ts';
import type { Access } from '../view.ts';
import { accessOf, lanesOf } from '../view.ts';
import type { Binder } from './binder.ts';
import type { Rounding } from './rounding.ts';

type Width = 1 | 4;

const WGSL_TYPE = { f: 'f32', i: 'i32', b: 'bool' } as const;

/** A local variable of the shader and what it is. */
interface Local {
  readonly name: string;
  readonly type: MapType;
}

/** A value in a variable, and the same value as its storage would hold it, once somebody asks. */
interface Computed {
  readonly raw: Local;
  rounded: Local | null;
}

/**
 * Writes the straight-line WGSL that computes graph values at an index. Each value at each index is computed once;
 * nodes that are inlined are computed, all other slots are loaded.
 *
 * A value that would be stored in half is rounded to it before another node uses it, though it never sees memory: fused
 * and unfused kernels give the same numbers, and reading a result on the way changes nothing that comes after.
 */
export class Emitter {
  readonly lines: string[] = [];
  /** Stores come after everything that is computed: one of them may go to the place of an input. */
  readonly stores: string[] = [];
  readonly #binder: Binder;
  readonly #inlined: (node: number) => boolean;
  readonly #round: Rounding;
  readonly #computed = new Map<string, Computed>();
  readonly #indices = new Map<string, string>();
  readonly #prefix: string;
  #count = 0;

  constructor(binder: Binder, { inlined, round, prefix = 'v' }: { inlined: (node: number) => boolean; round: Rounding; prefix?: string }) {
    this.#binder = binder;
    this.#inlined = inlined;
    this.#round = round;
    this.#prefix = prefix;
  }

  /** Says that a slot's value at an index, not yet rounded to its storage, is in a variable of the shader. */
  provide(slot: number, index: string, width: Width, raw: Local): void {
    this.#computed.set(`${slot}@${index}x${width}`, { raw, rounded: null });
  }

  /** The value of a slot at an element index (with `width` 4: of the four elements from there on), as its buffer would give it. */
  value(slot: number, index: string, width: Width): Local {
    const key = `${slot}@${index}x${width}`;
    if (!this.#computed.has(key)) {
      const producer = this.#binder.graph.slots[slot]?.producer ?? -1;
      if (this.#inlined(producer)) this.compute(producer, index, width);
      else {
        const loaded = this.#load(slot, index, width);
        this.#computed.set(key, { raw: loaded, rounded: loaded });
      }
    }
    const computed = this.#computed.get(key) as Computed;
    return (computed.rounded ??= this.#rounded(slot, computed.raw, width));
  }

  /** Computes an elementwise node at an index, whether it is inlined or not; not yet rounded to its storage. */
  compute(nodeIndex: number, index: string, width: Width): Local {
    const node = this.#binder.graph.nodes[nodeIndex];
    if (!isMap(node))
      throw new Error(`[webgpu] only elementwise nodes can be computed in place, got ${node?.kind}. Please report the model.`);
    const op = mapOps[node.op];
    if (op === undefined) throw new Error(`[webgpu] the table of elementwise ops has no row '${node.op}'. Please report it.`);
    const args = node.operands.map((operand, position) => {
      const wanted = op.args[Math.min(position, op.args.length - 1)] ?? 'f';
      return this.expression(this.#operand(nodeIndex, node, operand, index, width, wanted), wanted, width);
    });
    for (const [name, text] of Object.entries(op.functions?.(width) ?? {})) this.#binder.functions.set(name, text);
    const local = this.#define(op.code(args, width), op.result, width);
    this.provide(node.outputs[0], index, width, local);
    return local;
  }

  /** Stores a slot's value at an index, as its buffer wants it. */
  store(slot: number, index: string, width: Width, value: Local): void {
    const { dtype } = this.#binder.graph.slots[slot] as { dtype: string };
    const text = this.expression(value, dtype === 'float32' ? 'f' : 'i', width);
    this.stores.push(this.#binder.store(slot, index, width, text));
  }

  /** The value as a WGSL expression of a type. */
  expression({ name, type }: Local, wanted: MapType, width: Width): string {
    return convertValue(name, type, wanted, width);
  }

  #operand(nodeIndex: number, node: MapNode, operand: NodeOperand, index: string, width: Width, wanted: MapType): Local {
    if ('scalar' in operand) {
      const type = wanted === 'i' ? 'i' : 'f';
      const text = this.#binder.scalar(nodeIndex, operand.scalar, type === 'f' ? 'f32' : 'i32');
      return { name: splat(text, width, WGSL_TYPE[type]), type };
    }
    return this.#through(operand.slot, accessOf(node.shape, operand.view), index, width);
  }

  #through(slot: number, access: Access, index: string, width: Width): Local {
    switch (access.kind) {
      case 'same':
        return this.value(slot, index, width);
      case 'constant':
        return this.#spread(slot, this.#index(this.#binder.number(access.offset)), width);
      case 'suffix':
        if (width === 4 && access.length % 4 !== 0) return this.#gather(slot, access, index);
        return this.value(slot, this.#index(`${index} % ${this.#binder.number(access.length)}`), width);
      case 'prefix':
        if (width === 4 && access.length % 4 !== 0) return this.#gather(slot, access, index);
        return this.#spread(slot, this.#index(`${index} / ${this.#binder.number(access.length)}`), width);
      case 'general':
        return this.#general(slot, access, index, width);
      default:
        return access satisfies never;
    }
  }

  #general(slot: number, access: Extract<Access, { kind: 'general' }>, index: string, width: Width): Local {
    const last = access.runs.at(-1);
    const lanes = lanesOf(access);
    if (width === 4 && lanes === 'gather') return this.#gather(slot, access, index);
    const at = this.#index(this.#position(access, index));
    if (width === 4 && last?.stride === 0) return this.#spread(slot, at, width);
    return this.value(slot, at, width);
  }

  /** offset + the sum of coordinate × stride, coordinates taken from the flat index, innermost first. */
  #position({ offset, runs }: Extract<Access, { kind: 'general' }>, index: string): string {
    const terms: string[] = [];
    let rest = index;
    for (const [position, { length, stride }] of [...runs].reverse().entries()) {
      const outermost = position === runs.length - 1;
      const size = this.#binder.number(length);
      const coordinate = outermost ? rest : this.#index(`${rest} % ${size}`);
      if (stride !== 0) terms.push(stride === 1 ? coordinate : `${coordinate} * ${this.#binder.number(stride)}`);
      if (!outermost) rest = this.#index(`${rest} / ${size}`);
    }
    if (offset !== 0) terms.unshift(this.#binder.number(offset));
    return terms.join(' + ');
  }

  /** Four single elements. */
  #gather(slot: number, access: Access, index: string): Local {
    const parts = [0, 1, 2, 3].map((k) => this.#through(slot, access, this.#index(`${index} + ${k}`), 1));
    const { type } = parts[0] as Local;
    return this.#define(`vec4<${WGSL_TYPE[type]}>(${parts.map(({ name }) => name).join(', ')})`, type, 4);
  }

  #rounded(slot: number, raw: Local, width: Width): Local {
    const { storage, dtype } = this.#binder.graph.slots[slot] as { storage: Storage; dtype: string };
    if (raw.type === 'f' && dtype !== 'float32') return this.#define(convertValue(raw.name, 'f', 'i', width), 'i', width);
    if (storage === 'float32' || raw.type !== 'f') return raw;
    return this.#define(`${this.#round(storage, width, this.#binder.functions)}(${raw.name})`, 'f', width);
  }

  /** One element for all lanes. */
  #spread(slot: number, index: string, width: Width): Local {
    const { name, type } = this.value(slot, index, 1);
    return { name: splat(name, width, WGSL_TYPE[type]), type };
  }

  #load(slot: number, index: string, width: Width): Local {
    const { dtype } = this.#binder.graph.slots[slot] as { dtype: string };
    return this.#define(this.#binder.load(slot, index, width), dtype === 'float32' ? 'f' : 'i', width);
  }

  #index(text: string): string {
    if (/^\w+$/.test(text)) return text;
    const known = this.#indices.get(text);
    if (known !== undefined) return known;
    const name = this.#name();
    this.lines.push(`let ${name} : i32 = ${text};`);
    this.#indices.set(text, name);
    return name;
  }

  #define(text: string, type: MapType, width: Width): Local {
    const name = this.#name();
    const scalar = WGSL_TYPE[type];
    this.lines.push(`let ${name} : ${width === 4 ? `vec4<${scalar}>` : scalar} = ${text};`);
    return { name, type };
  }

  #name(): string {
    return `${this.#prefix}${this.#count++}`;
  }
}
