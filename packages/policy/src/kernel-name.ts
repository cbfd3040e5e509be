import { kernelTable } from './kernel-table.ts';
import { nearest } from './nearest.ts';
import { show } from './show.ts';

/** Marks the name of a kernel that is not one of tfjs's own. */
export const CUSTOM_PREFIX = 'custom:';

/** Signs that a policy string needs for itself. */
const RESERVED = /[\s,=+]/;

/** Checks the name of a kernel that an override is for: one of tfjs's, or a custom one that says so. */
export function checkKernelName(name: unknown): string {
  if (typeof name !== 'string')
    throw new TypeError(`[policy] the name of a kernel must be a string, got ${show(name)}. Name kernels as tfjs does, such as 'Conv2D'.`);
  if (Object.hasOwn(kernelTable, name)) return name;
  if (name.startsWith(CUSTOM_PREFIX)) return checkCustomName(name);
  const guess = nearest(name, Object.keys(kernelTable));
  throw new RangeError(
    `[policy] no kernel of tfjs has this name, got ${show(name)}. Did you mean '${guess}'? Write '${CUSTOM_PREFIX}${name}' for a kernel that you registered yourself.`,
  );
}

function checkCustomName(name: string): string {
  const kernel = name.slice(CUSTOM_PREFIX.length);
  if (Object.hasOwn(kernelTable, kernel)) {
    throw new RangeError(`[policy] '${CUSTOM_PREFIX}' is for kernels that tfjs does not have, got ${show(name)}. Write '${kernel}'.`);
  }
  if (kernel === '' || RESERVED.test(kernel)) {
    throw new RangeError(
      `[policy] the name of a custom kernel must be non-empty and free of spaces, commas, '=' and '+', got ${show(name)}. Rename the kernel.`,
    );
  }
  return name;
}
