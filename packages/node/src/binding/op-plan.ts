import type { HalfPrecision, OpClass } from '@halftone/policy';
import type { OpAttribute } from '../library/tfjs-binding.ts';
import type { OpSignature } from '../table/op-signatures.ts';
import { dataTypes, isFloat, isHalf } from './data-types.ts';

/** How the kernel that is running wants its TensorFlow ops to compute. */
export interface OpMode {
  /** The format to compute in, or `null` for float32. */
  readonly half: HalfPrecision | null;
  readonly opClass: OpClass;
  readonly kernelName: string;
}

/** One call of `executeOp`, by what decides about it. */
export interface OpCall {
  readonly name: string;
  readonly attributes: readonly OpAttribute[];
  /** Type of each input handle. */
  readonly inputTypes: readonly number[];
}

/** The call as TensorFlow gets it. */
export interface OpPlan {
  /** Type that each input handle has to have. */
  readonly inputTypes: readonly number[];
  readonly attributes: readonly OpAttribute[];
}

/** What is known of the TensorFlow that runs. */
export interface LibraryFacts {
  readonly signatures: Readonly<Record<string, OpSignature>>;
  /** Whether it has a kernel of this op for its device, so that nothing is silently computed on the CPU. */
  supports(op: string, format: HalfPrecision): boolean;
  /** Whether that kernel sums and computes in float32 inside. */
  computesInFloat32(op: string, format: HalfPrecision): boolean;
  /** Whether its half kernel of that name moves numbers or rounds once: what is no product and no sum of many terms. */
  roundsOnce(op: string, format: HalfPrecision): boolean;
  /** Whether that kernel takes the attributes of this call. */
  takes(op: string, attributes: readonly OpAttribute[], format: HalfPrecision): boolean;
}

/** In float32 mode too: they only show the numbers of their input, whatever their type. */
export const SHOWS_ITS_INPUT: ReadonlySet<string> = new Set(['ExpandDims', 'Identity', 'Reshape', 'Squeeze']);
/** Their types are what the caller asks for. */
const AS_GIVEN: ReadonlySet<string> = new Set(['Bitcast', 'Cast']);
/** The type attribute of a batch norm's statistics, which stay float32. */
const STATISTICS = 'U';
/** One TensorFlow op under another name than the tfjs kernel. */
const OP_OF_KERNEL: Readonly<Record<string, string>> = { FusedBatchNorm: 'FusedBatchNormV3' };

export const FLOAT32: OpMode = { half: null, opClass: 'n/a', kernelName: '' };

/** Whether an op would compute in half in this mode if the library could; where it then runs in float32, that is a fallback. */
export function wantsHalf({ name }: OpCall, { half, opClass, kernelName }: OpMode): boolean {
  if (half === null) return false;
  return opClass !== 'f32-inner' || name === (OP_OF_KERNEL[kernelName] ?? kernelName); // a composite would round in between
}

/** Whether it does. Law 3 first: half products that sum in half are not taken. */
export function runsInHalf(call: OpCall, mode: OpMode, facts: LibraryFacts): boolean {
  const { half, opClass } = mode;
  if (half === null || !wantsHalf(call, mode) || !facts.supports(call.name, half)) return false;
  if (!facts.takes(call.name, call.attributes, half)) return false;
  return opClass === 'pass' || opClass === 'promote' ? facts.roundsOnce(call.name, half) : facts.computesInFloat32(call.name, half);
}

/**
 * Decides the type of every input handle of one op, and rewrites the type attributes that TensorFlow cannot infer.
 *
 * TensorFlow infers a type attribute from the input that carries it, and ignores what is given then; where the first
 * inputs are a list it infers nothing and refuses what does not match (`eager_operation.cc`, 2.9 and 2.21 alike).
 *
 * Pure.
 */
export function planOp(call: OpCall, mode: OpMode, facts: LibraryFacts): OpPlan {
  const { name, attributes, inputTypes } = call;
  if (AS_GIVEN.has(name)) return { inputTypes, attributes: matching(attributes, ['SrcT', 'T'], inputTypes[0]) };
  const signature = facts.signatures[name];
  const names = signature === undefined ? inputTypes.map(() => '') : attributeOfEach(signature, inputTypes.length);
  if (SHOWS_ITS_INPUT.has(name) && mode.half === null) return { inputTypes, attributes: matching(attributes, ['T'], inputTypes[0]) };
  const half = runsInHalf(call, mode, facts) ? mode.half : null;
  const allowed = (attribute: string): boolean => {
    if (half === null || signature === undefined || attribute === '' || attribute === STATISTICS) return false;
    const types = signature.types[attribute];
    return types === undefined || types.includes(half === 'float16' ? 'H' : 'B');
  };
  const wanted = inputTypes.map((type, i) => {
    if (!isFloat(type)) return type;
    return half !== null && allowed(names[i] ?? '') ? dataTypes[half] : dataTypes.float32;
  });
  return { inputTypes: wanted, attributes: rewritten(attributes, names, wanted) };
}

/** The type attribute of each input handle; a list takes as many as the others leave. */
function attributeOfEach({ inputs }: OpSignature, count: number): readonly string[] {
  return inputs.flatMap(({ type, list }) => Array.from({ length: list === undefined ? 1 : count - inputs.length + 1 }, () => type));
}

/** Type attributes follow the handles that carry them. */
function rewritten(attributes: readonly OpAttribute[], names: readonly string[], types: readonly number[]): readonly OpAttribute[] {
  return attributes.map((attribute) => {
    const type = types[names.indexOf(attribute.name)];
    return type !== undefined && isFloat(type) ? { ...attribute, value: type } : attribute;
  });
}

function matching(attributes: readonly OpAttribute[], names: readonly string[], type: number | undefined): readonly OpAttribute[] {
  if (!isHalf(type)) return attributes;
  return attributes.map((attribute) => (names.includes(attribute.name) ? { ...attribute, value: type } : attribute));
}
