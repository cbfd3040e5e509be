/** Invocations along channels: a power of two, no more than there are tiles of channels. Pure. */
export function columnLanes(tiles: number, most: number): number {
  let lanes = 1;
  while (lanes * 2 <= most && lanes < tiles) lanes *= 2;
  return lanes;
}
