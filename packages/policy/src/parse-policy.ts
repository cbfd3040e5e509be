import { checkKernelName } from './kernel-name.ts';
import { nearest } from './nearest.ts';
import type { OpClass } from './op-class.ts';
import { CLASS_WORD_ORDER, CLASS_WORDS } from './op-class.ts';
import type { Policy, Precisions } from './policy-value.ts';
import { buildPolicy, NAMED_POLICIES } from './policy-value.ts';
import type { Precision } from './precision.ts';
import { PRECISIONS } from './precision.ts';
import { show } from './show.ts';

const PARTS = { p: 'param', c: 'compute', o: 'output', param: 'param', compute: 'compute', output: 'output' } as const satisfies Readonly<
  Record<string, keyof Precisions>
>;

const FORMATS = {
  f32: 'float32',
  f16: 'float16',
  bf16: 'bfloat16',
  float32: 'float32',
  float16: 'float16',
  bfloat16: 'bfloat16',
} as const satisfies Readonly<Record<string, Precision>>;

/** What other systems call the formats; never accepted, but understood well enough to suggest. */
const FOREIGN: Readonly<Record<string, Precision>> = {
  half: 'float16',
  fp16: 'float16',
  full: 'float32',
  single: 'float32',
  fp32: 'float32',
  float: 'float32',
};

/** Looks a word up in a table of words, or throws with the nearest one. */
function lookUp<T>(table: Readonly<Record<string, T>>, word: string, what: string, spec: string): T {
  if (Object.hasOwn(table, word)) return table[word] as T;
  const guess = nearest(word, Object.keys(table));
  throw new RangeError(
    `[policy] ${what} in a policy must be one of ${Object.keys(table).join(', ')}, got ${show(word)} in ${show(spec)}. Did you mean '${guess}'?`,
  );
}

/** Reads one number format, short forms included. */
function formatAt(word: string, spec: string): Precision {
  if (Object.hasOwn(FOREIGN, word)) {
    throw new RangeError(
      `[policy] a format in a policy must be one of ${PRECISIONS.join(', ')}, got ${show(word)} in ${show(spec)}. Did you mean '${FOREIGN[word]}'?`,
    );
  }
  return lookUp(FORMATS, word, 'a format', spec);
}

/** Reads a policy string: a name or `key=format` parts, then overrides such as `deny=Tanh+Sigmoid`. */
export function parsePolicy(spec: string): Policy {
  const formats: Partial<Record<keyof Precisions, Precision>> = {};
  const ops: Record<string, OpClass> = {};
  const seen = new Set<string>();
  let named: Precisions | undefined;
  for (const [index, part] of spec.split(',').entries()) {
    const [key = '', value, ...rest] = part.split('=').map((word) => word.trim());
    if (value === undefined && index === 0) {
      named = lookUp<Precisions>(NAMED_POLICIES, key, 'a name', spec);
      continue;
    }
    const word = lookUp({ ...PARTS, ...Object.fromEntries(CLASS_WORD_ORDER.map((name) => [name, name])) }, key, 'a part', spec);
    if (value === undefined || value === '' || rest.length > 0) throw malformed(`needs '${word}=' and one value`, part.trim(), spec);
    if (seen.has(word)) throw malformed(`gives ${word} twice`, part.trim(), spec);
    seen.add(word);
    if (word === 'param' || word === 'compute' || word === 'output') {
      if (named !== undefined) throw malformed('adds a format to a name, which has all three', part.trim(), spec);
      formats[word] = formatAt(value, spec);
    } else addOps(ops, CLASS_WORDS[word as keyof typeof CLASS_WORDS], value.split('+'));
  }
  const { param = 'float32', compute = param, output = compute } = formats;
  return buildPolicy(named ?? { param, compute, output }, ops);
}

function malformed(problem: string, part: string, spec: string): RangeError {
  return new RangeError(
    `[policy] a policy string ${problem}, got ${show(part)} in ${show(spec)}. Write for example 'param=float32,compute=float16,output=float32'.`,
  );
}

/** Adds overrides of one class; a kernel may be named in one class only. */
export function addOps(ops: Record<string, OpClass>, opClass: OpClass, kernels: readonly unknown[]): void {
  for (const kernel of kernels) {
    const name = checkKernelName(typeof kernel === 'string' ? kernel.trim() : kernel);
    const before = Object.hasOwn(ops, name) ? ops[name] : undefined;
    if (before !== undefined && before !== opClass) {
      throw new RangeError(`[policy] a kernel can have one class, got ${before} and ${opClass} for '${name}'. Name it in one list.`);
    }
    ops[name] = opClass;
  }
}
