/** How a matrix lies: which axis is contiguous, and how many elements one load takes. `outer` is m of a, n of b. */
export interface Layout {
  readonly name: string;
  readonly contiguous: 'k' | 'outer';
  readonly width: 1 | 4;
  /** The name of the param with the length of the outer axis. */
  readonly outer: string;
}

/** A block of an operand in registers: `outer` numbers for each of `depth` steps of k. */
export interface Block {
  /** Declares and loads it. */
  readonly statements: readonly string[];
  /** Element `outer` of step `k`, as an expression. */
  element(outer: number, k: number): string;
}

/** What is loaded and from where; the expressions are of i32 and count elements. */
export interface BlockRequest {
  readonly layout: Layout;
  readonly outer: number;
  readonly depth: 1 | 4;
  /** Offset of the matrix. */
  readonly base: string;
  /** First element of the outer axis, and first step of k. */
  readonly outerAt: string;
  readonly kAt: string;
}

const LANES = ['x', 'y', 'z', 'w'] as const;

/**
 * The loads of a block, four elements at a time where the layout allows it. What lies outside of the matrix is loaded all
 * the same, and may be anything.
 *
 * Pure. A block with width 4 begins at multiples of 4 on the contiguous axis, and a depth of 1 needs width 1 along k.
 */
export function loadBlock({ layout, outer, depth, base, outerAt, kAt }: BlockRequest): Block {
  const { name, contiguous, width } = layout;
  const each = (count: number, write: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => write(i));
  const [outerStep, kStep] = contiguous === 'k' ? ['params.k', '1'] : ['1', `params.${layout.outer}`];
  const start = `let ${name}_at = ${base} + (${outerAt}) * ${outerStep} + (${kAt}) * ${kStep};`;
  if (width === 1) {
    const cell = (o: number, k: number): string => `${name}${o}_${k}`;
    const loads = each(outer * depth, (i) => {
      const [o, k] = [i % outer, Math.floor(i / outer)];
      return `let ${cell(o, k)} = load_${name}(${name}_at + ${o} * ${outerStep} + ${k} * ${kStep});`;
    });
    return { statements: [start, ...loads], element: cell };
  }
  if (contiguous === 'k') {
    const loads = each(outer, (o) => `let ${name}${o} = load_${name}((${name}_at + ${o} * ${outerStep}) / 4);`);
    return { statements: [start, ...loads], element: (o, k) => `${name}${o}.${LANES[k]}` };
  }
  const groups = outer / 4;
  const loads = each(groups * depth, (i) => {
    const [g, k] = [i % groups, Math.floor(i / groups)];
    return `let ${name}${g}_${k} = load_${name}((${name}_at + ${k} * ${kStep}) / 4 + ${g});`;
  });
  return { statements: [start, ...loads], element: (o, k) => `${name}${o >> 2}_${k}.${LANES[o & 3]}` };
}

/** `width` neighbouring elements of one step as a vector of `type`; a load that already is one is taken as it is. */
export function blockVector(
  block: Block,
  at: { readonly outer: number; readonly k: number; readonly width: number; readonly type: string },
): string {
  const { outer, k, width, type } = at;
  const parts = Array.from({ length: width }, (_, i) => block.element(outer + i, k));
  const names = new Set(parts.map((part) => part.split('.')[0]));
  const isWhole = width === 4 && names.size === 1 && parts.every((part, i) => part.endsWith(`.${LANES[i]}`));
  if (!isWhole) {
    const floats = `${type.replace('f16', 'f32')}(${parts.join(', ')})`;
    return type.includes('f16') ? `${type}(${floats})` : floats;
  }
  const whole = (parts[0] as string).slice(0, -2);
  return type === 'vec4<f32>' ? whole : `${type}(${whole})`;
}
