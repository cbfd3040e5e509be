/**
 * Kernels of tfjs that read an input on the host, synchronously. In Node that is impossible for data that only the GPU
 * has; these are refused by name there (their inputs may be host data: then they run).
 */
export const HOST_READING_KERNELS: Readonly<Record<string, string>> = {
  GatherNd: 'checks its indices in debug mode',
  NonMaxSuppressionV3: 'selects boxes on the host',
  NonMaxSuppressionV5: 'selects boxes on the host',
  SparseSegmentMean: 'counts its segments on the host',
  SparseSegmentSum: 'counts its segments on the host',
  StridedSlice: 'slices on the host when asked to run there',
  TopK: 'sorts small inputs on the host',
};

/** The message for a synchronous read of data that only the GPU has. */
export function hostReadMessage(kernelName: string | undefined): string {
  if (kernelName === undefined) {
    return '[webgpu] dataSync() cannot read what only the GPU has in this runtime, got a tensor whose values are on the device. Use await tensor.data().';
  }
  const why = HOST_READING_KERNELS[kernelName] ?? 'reads an input on the host';
  return (
    `[webgpu] kernel ${kernelName} ${why}, got an input whose values are only on the GPU. ` +
    'Call await input.data() once before the op (the values stay cached on the host), or use the async form of the op.'
  );
}
