import type { HalfPrecision } from '@halftone/policy';
import type { Library } from './library/load-library.ts';
import type { OpAttribute } from './library/tfjs-binding.ts';
import { cpuMathsOf } from './table/cpu-maths.ts';
import { computesInFloat32 } from './table/inner-maths.ts';
import { takes } from './table/kernel-limits.ts';
import { supports } from './table/kernel-support.ts';

/** What the TensorFlow that runs can do. */
export interface Capabilities {
  readonly packageName: Library['packageName'];
  /** Of TensorFlow's library: `2.9.1`. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  /** The 16-bit formats that policies may ask for here. */
  readonly formats: readonly HalfPrecision[];
  /** What was repaired before tfjs-node was loaded. */
  readonly repairs: readonly string[];
  /** Why half is off although the library could: parts of tfjs-node that are not as known. */
  readonly float32Only?: string;
}

/** A format is of use where products and sums of it are computed on the device. */
const ESSENTIAL: readonly string[] = ['MatMul', 'BatchMatMulV2', 'AddV2', 'Mul', 'Cast', 'Reshape'];

/** Pure but for the tables. */
export function capabilitiesOf({ packageName, version, device, repairs, unknown }: Library): Capabilities {
  const candidates: readonly HalfPrecision[] = ['float16', 'bfloat16'];
  const formats = candidates.filter((format) => ESSENTIAL.every((op) => supports(op, { version, device }, format)));
  return {
    packageName,
    version,
    device,
    formats: unknown === undefined ? formats : [],
    repairs,
    ...(unknown === undefined ? {} : { float32Only: unknown }),
  };
}

/** Why a format is missing, and what helps, for autocast's error. */
export function remedyOf({ version, device, float32Only }: Capabilities): string {
  if (float32Only !== undefined) return `${float32Only}: half is off. Install @tensorflow/tfjs-node@4.22.`;
  const where = `TensorFlow ${version} on a ${device === 'gpu' ? 'GPU' : 'CPU'}`;
  return `${where} has no kernels for it. Use mixed_float16 with loss scaling, or build the addon against TensorFlow 2.14 or newer (docs/how-to/cuda.md).`;
}

/** GPU kernels of moves and elementwise arithmetic were not measured: they do what the CPU's do, one operation and one rounding. */
const CPU_AS_PROXY = { version: '2.21.0', device: 'cpu', cpuMaths: 'onednn' } as const;

/** Whether a product or a sum may be left to TensorFlow's half kernel: it is there, and it computes in float32 inside. */
export function factsFor({ version, device, backend }: Pick<Library, 'version' | 'device' | 'backend'>): {
  supports(op: string, format: HalfPrecision): boolean;
  computesInFloat32(op: string, format: HalfPrecision): boolean;
  roundsOnce(op: string, format: HalfPrecision): boolean;
  takes(op: string, attributes: readonly OpAttribute[], format: HalfPrecision): boolean;
} {
  const where = { version, device, cpuMaths: device === 'cpu' ? cpuMathsOf(backend.binding) : 'eigen' } as const;
  return {
    supports: (op, format) => supports(op, where, format),
    computesInFloat32: (op, format) => computesInFloat32(op, where, format),
    roundsOnce: (op, format) => computesInFloat32(op, device === 'cpu' ? where : CPU_AS_PROXY, format),
    takes: (op, attributes, format) => takes(op, attributes, where, format),
  };
}
