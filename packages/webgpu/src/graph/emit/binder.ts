import type { KernelSource, Param, Port } from '../../kernels/kernel-source.ts';
import type { GraphShape } from '../node.ts';

/** A param whose number is asked for at every run: a scalar operand of a node. */
export interface ScalarRef {
  readonly param: string;
  readonly node: number;
  readonly scalar: number;
}

/** A kernel that the graph wrote, with the slots behind its ports. */
export interface EmittedKernel {
  readonly source: KernelSource;
  /** Slot of each port. */
  readonly slots: readonly number[];
  readonly scalars: readonly ScalarRef[];
}

interface PortUse {
  readonly name: string;
  readonly slot: number;
  reads: boolean;
  writes: boolean;
  /** Widths in which it is asked for; a port that is asked for single elements is declared with single elements. */
  readonly widths: Set<1 | 4>;
}

/**
 * Collects what the text of a kernel refers to. Names are given in the order of first use, so that two kernels of the
 * same structure have the same text, and one pipeline.
 */
export class Binder {
  readonly graph: GraphShape;
  readonly #uses = new Map<number, PortUse>();
  readonly #params: Param[] = [];
  readonly #numbers = new Map<number, string>();
  readonly #scalarNames = new Map<string, string>();
  readonly #scalars: ScalarRef[] = [];
  readonly functions: Map<string, string> = new Map();

  readonly #prefix: string;

  readonly #inPlace: ReadonlyMap<number, number>;

  /**
   * @param options - `inPlace`: by input slot, the output slot that takes its buffer over; `prefix` goes before every name,
   *   where the text is put into another kernel's
   */
  constructor(graph: GraphShape, { inPlace, prefix = '' }: { readonly inPlace: ReadonlyMap<number, number>; readonly prefix?: string }) {
    this.graph = graph;
    this.#inPlace = inPlace;
    this.#prefix = prefix;
  }

  /** A whole number that belongs to shapes. */
  number(value: number): string {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const name = `${this.#prefix}n${this.#params.length}`;
    this.#params.push({ name, type: 'i32', value });
    this.#numbers.set(value, `params.${name}`);
    return `params.${name}`;
  }

  /** A number that may differ from run to run. */
  scalar(node: number, scalar: number, type: 'f32' | 'i32'): string {
    const key = `${node}.${scalar}`;
    const known = this.#scalarNames.get(key);
    if (known !== undefined) return known;
    const param = `${this.#prefix}n${this.#params.length}`;
    this.#params.push({ name: param, type, value: 0 });
    this.#scalars.push({ param, node, scalar });
    this.#scalarNames.set(key, `params.${param}`);
    return `params.${param}`;
  }

  /** A call that loads element `index` of a slot, or the four from there on. */
  load(slot: number, index: string, width: 1 | 4): string {
    const use = this.#use(slot);
    use.reads = true;
    use.widths.add(width);
    return `get${width}_${use.name}(${index})`;
  }

  /** A statement that stores element `index` of a slot, or the four from there on. */
  store(slot: number, index: string, width: 1 | 4, value: string): string {
    const use = this.#use(slot);
    use.writes = true;
    use.widths.add(width);
    return `put${width}_${use.name}(${index}, ${value});`;
  }

  /** Ports, params and the functions that loads and stores call. */
  finish(): { ports: Port[]; params: Param[]; slots: number[]; scalars: ScalarRef[]; declarations: string } {
    const uses = [...this.#uses.values()];
    const ports = uses.map((use): Port => ({
      name: use.name,
      access: accessOf(use),
      type: this.#typeOf(use.slot),
      width: use.widths.has(1) ? 1 : 4,
      size: this.graph.slots[use.slot]?.size ?? 0,
    }));
    const accessors = uses.flatMap((use, index) => this.#accessors(use, ports[index] as Port));
    return {
      ports,
      params: this.#params,
      slots: uses.map(({ slot }) => slot),
      scalars: this.#scalars,
      declarations: [...accessors, ...this.functions.values()].join('\n'),
    };
  }

  #use(asked: number): PortUse {
    const slot = this.#inPlace.get(asked) ?? asked;
    const known = this.#uses.get(slot);
    if (known !== undefined) return known;
    const use: PortUse = { name: `${this.#prefix}t${this.#uses.size}`, slot, reads: false, writes: false, widths: new Set() };
    this.#uses.set(slot, use);
    return use;
  }

  #typeOf(slot: number): 'f32' | 'i32' {
    return this.graph.slots[slot]?.dtype === 'float32' ? 'f32' : 'i32';
  }

  #accessors({ name, widths, reads, writes }: PortUse, port: Port): string[] {
    const { type } = port;
    const four = `vec4<${type}>`;
    const wide = port.width === 4;
    return [...widths].flatMap((width) => {
      const texts: string[] = [];
      if (writes && width === 1) texts.push(`fn put1_${name}(e : i32, value : ${type}) { store_${name}(e, value); }`);
      if (writes && width === 4) {
        const each = [0, 1, 2, 3].map((k) => `store_${name}(e + ${k}, value[${k}]);`).join(' ');
        texts.push(`fn put4_${name}(e : i32, value : ${four}) { ${wide ? `store_${name}(e / 4, value);` : each} }`);
      }
      if (reads && width === 1) texts.push(`fn get1_${name}(e : i32) -> ${type} { return load_${name}(e); }`);
      if (reads && width === 4) {
        const each = [0, 1, 2, 3].map((k) => `load_${name}(e + ${k})`).join(', ');
        texts.push(`fn get4_${name}(e : i32) -> ${four} { return ${wide ? `load_${name}(e / 4)` : `${four}(${each})`}; }`);
      }
      return texts;
    });
  }
}

function accessOf({ reads, writes }: PortUse): 'read' | 'write' | 'update' {
  if (!writes) return 'read';
  return reads ? 'update' : 'write';
}
