import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One GPU as NVIDIA's driver names it. */
export interface NvidiaGpu {
  readonly name: string;
  readonly driver: string;
  readonly memoryMib: number;
  /** Compute capability: 8 for an A100, 9 for an H100; `null` where the driver is too old to say. */
  readonly computeCapability: number | null;
}

const run = promisify(execFile);
const FIELDS = ['name', 'driver_version', 'memory.total', 'compute_cap'];

/** Asks `nvidia-smi`; no GPUs where the program is missing or fails. */
export async function nvidiaGpus(): Promise<readonly NvidiaGpu[]> {
  for (const fields of [FIELDS, FIELDS.slice(0, -1)]) {
    const said = await run('nvidia-smi', [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']).catch(() => null);
    if (said !== null) return parseGpus(said.stdout);
  }
  return [];
}

/** Reads lines such as `NVIDIA A100-SXM4-80GB, 535.104.05, 81920, 8.0`. Pure. */
export function parseGpus(text: string): readonly NvidiaGpu[] {
  const lines = text.split('\n').filter((line) => line.includes(','));
  return lines.map((line) => {
    const [name = '', driver = '', memory = '', capability] = line.split(',').map((field) => field.trim());
    return { name, driver, memoryMib: Number(memory), computeCapability: capability === undefined ? null : Number(capability) };
  });
}

/**
 * What this GPU gains from halves, from NVIDIA's tables of what each generation has.
 *
 * Pure.
 */
export function tensorCoresOf(computeCapability: number): string {
  if (computeCapability < 7) return 'no tensor cores: half saves memory, hardly time';
  if (computeCapability < 8) return 'tensor cores for half; none for bfloat16 and TF32';
  return 'tensor cores for half, bfloat16 and TF32; TensorFlow computes float32 in TF32 unless NVIDIA_TF32_OVERRIDE=0';
}
