/** WGSL text for each of `count` indices, one below the other. Pure. */
export function unroll(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('\n');
}

/**
 * The size of tiles that cover `total` with as little waste as tiles of at most `most` allow: 10 with at most 8 gives 5.
 * Pure.
 */
export function evenTile(total: number, most: number): number {
  return Math.ceil(total / Math.ceil(total / most));
}
