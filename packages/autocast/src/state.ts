import type { HalfPrecision, Policy } from '@halftone/policy';
import type { KernelDecision, KernelRecord } from './kernel.ts';
import type { PrecisionPlugin } from './plugin.ts';

/** Everything that scopes share. One object for the whole process, also when the package is installed twice. */
export interface AutocastState {
  readonly version: number;
  /** Open scopes, innermost last. Synchronous code only: empty whenever control returns to the event loop. */
  readonly scopes: Policy[];
  defaultPolicy: Policy | null;
  readonly plugins: Map<string, PrecisionPlugin>;
  /** The decision of the outermost kernel that runs right now. */
  running: KernelDecision | null;
  /** Open `explain` recordings, innermost last. */
  readonly recordings: KernelRecord[][];
  /** Data handles that belong to variables, or were made from nothing but variables. */
  readonly parameters: WeakSet<object>;
  /** What one-element handles hold, as the host once knew it: a device that has taken a constant in does not tell it again. */
  readonly scalars: WeakMap<object, number>;
  /** Data handles that hold nothing but 0 and 1: booleans cast to float32. */
  readonly masks: WeakSet<object>;
  /** How results of kernels that were stored in half are stored; the backward pass stores their gradients likewise. */
  readonly halves: WeakMap<object, HalfPrecision>;
}

const VERSION = 3;
const KEY: unique symbol = Symbol.for('halftone/autocast') as never;

/** The shared state; created on first use, so that importing the package changes nothing. */
export function state(): AutocastState {
  const scope = globalThis as { [KEY]?: AutocastState };
  const found = scope[KEY];
  if (found === undefined) {
    return (scope[KEY] = {
      version: VERSION,
      scopes: [],
      defaultPolicy: null,
      plugins: new Map(),
      running: null,
      recordings: [],
      parameters: new WeakSet(),
      scalars: new WeakMap(),
      masks: new WeakSet(),
      halves: new WeakMap(),
    });
  }
  if (found.version !== VERSION) {
    throw new Error(
      `[autocast] two incompatible copies of @halftone/autocast are loaded, got state versions ${found.version} and ${VERSION}. ` +
        'Install one version: npm ls @halftone/autocast shows who brings the other.',
    );
  }
  return found;
}
