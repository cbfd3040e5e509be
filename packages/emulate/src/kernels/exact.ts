/**
 * Kernels whose every result is one of their inputs, its negative or magnitude, or a small whole number. Where all inputs
 * are stored in a format already, nothing is left to round.
 */
const EXACT: ReadonlySet<string> = new Set(
  [
    'Abs Neg Relu Relu6 Sign Maximum Minimum Select',
    'Max MaxPool MaxPool3D Min TopK Unique',
    'BatchToSpaceND BroadcastTo Concat DepthToSpace Diag FlipLeftRight GatherNd GatherV2 MatrixBandPart MirrorPad Pack',
    'ResizeNearestNeighbor Reverse Slice SpaceToBatchND SplitV StridedSlice Tile Transpose Unpack OnesLike ZerosLike',
  ].flatMap((names) => names.split(' ')),
);

/** Whether a kernel makes no number that its inputs' format cannot hold. */
export function isExact(kernelName: string): boolean {
  return EXACT.has(kernelName);
}
