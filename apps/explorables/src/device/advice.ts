import { whyNoAdapter } from '@halftone/page/adapter';
import type { BrowserKind } from './browser-kind.ts';
import type { AdapterFindings, CheckState, DeviceCheck } from './check-device.ts';
import { hintsFor } from './hints.ts';

/** What Halftone will do on a device, in words. */
export interface Advice {
  /** How float16 is stored there. */
  readonly path: 'native' | 'packed' | 'emulated';
  readonly headline: string;
  /** What it does and why, a sentence or two each. */
  readonly lines: readonly string[];
  /** What the visitor can try, where something is missing. */
  readonly hints: readonly string[];
}

const EMULATED =
  'Halftone runs here all the same, emulated on the processor (@halftone/emulate): every number is rounded exactly as float16 rounds it. That is slow and saves no memory, and it answers whether a model survives float16.';

/** States that may pass by themselves, or that the visitor can change. */
const PASSING: readonly CheckState[] = ['no-adapter', 'blocked', 'silent'];

/**
 * Says what Halftone will do on a device, and why.
 *
 * @param check - what was found
 * @returns sentences for the visitor
 */
export function adviceFor(check: DeviceCheck): Advice {
  const hints = hintsFor(check);
  if (check.state !== 'ready' || check.found === undefined) {
    const state = check.state === 'ready' ? 'no-adapter' : check.state;
    const headline = `${PASSING.includes(state) ? 'Not now' : 'Not here'}: ${whyNoAdapter[state]}.`;
    const said = check.problem === undefined ? [] : [`The browser's own words: “${check.problem}”`];
    return { path: 'emulated', headline, lines: [...said, EMULATED], hints };
  }
  const { found, browser } = check;
  const path = found.shaderF16 ? 'native' : 'packed';
  const headline = found.shaderF16
    ? 'Yes: this device has float16 in its shaders.'
    : 'Yes, in packed halves: this device has WebGPU, without float16 in its shaders.';
  return { path, headline, lines: [...storageLines(found, browser), ...limitLines(found)], hints };
}

function storageLines({ shaderF16, subgroups, adapter }: AdapterFindings, browser: BrowserKind): string[] {
  const half = shaderF16
    ? 'The adapter offers shader-f16. Halftone stores activations and their gradients as float16, two bytes a number, and adds up in float32.'
    : `The adapter does not offer shader-f16${reason(adapter, browser)}. Halftone stores halves two to a 32-bit word and computes in float32: the same memory, and the same results within rounding.`;
  const lines = [half, 'bfloat16 is stored two to a word on every device, as WebGPU has no such type.'];
  if (adapter.isCpu)
    lines.push('This adapter is a program on the processor, not a GPU: its numbers are right, and its times say nothing about a GPU.');
  lines.push(`Subgroups: ${subgroups ? 'offered' : 'not offered'}. No kernel of Halftone needs them.`);
  return lines;
}

/** Why shader-f16 is likely to be missing. */
function reason({ vendor, description, isCpu }: AdapterFindings['adapter'], { engine, system }: BrowserKind): string {
  if (isCpu) return ', as software adapters often do not';
  if (/nvidia/i.test(`${vendor} ${description}`)) {
    return engine === 'chromium' && (system === 'linux' || system === 'unknown')
      ? ': on Linux, Chromium hides it on NVIDIA cards'
      : ': NVIDIA cards of the Maxwell and Pascal generations have none';
  }
  return '';
}

function limitLines({ limits }: AdapterFindings): string[] {
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = limits;
  const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const buffers =
    maxStorageBuffersPerShaderStage >= 16
      ? 'enough for fused optimizer steps to take several weights at a time'
      : 'fused optimizer steps take fewer weights at a time than with 16';
  return [`The largest tensor takes ${bytesWords(largest)}. A kernel binds ${maxStorageBuffersPerShaderStage} buffers: ${buffers}.`];
}

/** Bytes in the largest unit that leaves one digit or more before the point. */
export function bytesWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`;
}
