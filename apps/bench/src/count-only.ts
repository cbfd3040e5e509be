interface PassClass {
  readonly prototype: { dispatchWorkgroups(...args: unknown[]): void; dispatchWorkgroupsIndirect(...args: unknown[]): void };
}

/**
 * Makes the device compute nothing: dispatches are dropped, everything else is issued as ever.
 *
 * What a library asks of the GPU does not depend on values, so counters stay what they are and a large model can be
 * counted on a CPU driver. Install it before the meter, which then counts what is dropped. Whatever is read afterwards
 * is what was uploaded, or zeros.
 *
 * @returns undo
 * @throws Error if there is no WebGPU in this process
 */
export function dropDispatches(): () => void {
  const found = (globalThis as { GPUComputePassEncoder?: unknown }).GPUComputePassEncoder as PassClass | undefined;
  if (found === undefined) throw new Error('[bench] --count-only needs WebGPU, got none in this process. Call dawn() first.');
  const { prototype } = found;
  const names = ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'] as const;
  const originals = names.map((name) => Object.getOwnPropertyDescriptor(prototype, name));
  for (const name of names) Object.defineProperty(prototype, name, { value: () => undefined, configurable: true, writable: true });
  return () => names.forEach((name, i) => Object.defineProperty(prototype, name, originals[i] ?? {}));
}
