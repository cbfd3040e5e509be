import type { AdapterClass, DeviceTraits } from '../kernel-source.ts';
import type { SharedTile } from './shared-tile.ts';

/** What one invocation computes and how invocations are laid out, for kernels that keep their tile in registers. */
export interface RegisterTile {
  /** Pixels of an invocation. */
  readonly rows: number;
  /** Channels of an invocation. */
  readonly columns: number;
  /** Invocations of a workgroup along pixels. */
  readonly rowLanes: number;
  /** At most this many invocations of a workgroup along channels. */
  readonly columnLanes: number;
}

/** The same for filter gradients. */
export interface FilterTile {
  /** Rows of the filter as a matrix (tap, input channel), where input channels are read four at once. */
  readonly rows: number;
  /** Rows where they are read one by one. */
  readonly scalarRows: number;
  readonly columns: number;
  readonly lanes: number;
}

/** Neighbours in a row of output pixels that one invocation of a depthwise kernel computes for a group of channels. */
export interface DepthwiseTile {
  readonly width: number;
  /** Taps that one invocation sums for a filter gradient. */
  readonly taps: number;
  readonly lanes: number;
}

interface ConvTiles {
  /** Tiles of workgroup memory, where a device gains from them. */
  readonly shared: SharedTile | null;
  readonly register: RegisterTile;
  readonly filter: FilterTile;
  readonly depthwise: DepthwiseTile;
}

const GPU: ConvTiles = {
  shared: { x: 16, y: 16 },
  register: { rows: 4, columns: 4, rowLanes: 16, columnLanes: 8 },
  filter: { rows: 4, scalarRows: 4, columns: 4, lanes: 64 },
  depthwise: { width: 4, taps: 3, lanes: 64 },
};

/**
 * Tiles by adapter class. On a CPU driver a load costs as much as ten multiplications, from workgroup memory too, and a
 * barrier more than that: the tile is as large as registers allow and nothing is shared.
 */
export const CONV_TILES: Readonly<Record<AdapterClass, ConvTiles>> = {
  cpu: {
    shared: null,
    register: { rows: 4, columns: 8, rowLanes: 8, columnLanes: 4 },
    filter: { rows: 8, scalarRows: 9, columns: 8, lanes: 32 },
    depthwise: { width: 4, taps: 9, lanes: 64 },
  },
  integrated: GPU,
  discrete: GPU,
  mobile: { ...GPU, shared: { x: 8, y: 8 } },
  unknown: GPU,
} as const;

/** Fewer columns than this are not worth a barrier: the register tile reads them all at once. */
const SHARED_COLUMNS = 16;
/** Bytes of a vector of four, and how many of them an invocation along x or y needs. */
const [VECTOR_BYTES, VECTORS_EACH] = [16, 16];

/** The tile of workgroup memory for a product with so many columns, or `null` for a register tile. Pure. */
export function sharedTileFor(device: DeviceTraits, columns: number): SharedTile | null {
  const { shared } = CONV_TILES[device.adapterClass];
  if (shared === null || columns < SHARED_COLUMNS) return null;
  const bytes = (shared.x + 2 * shared.y) * VECTORS_EACH * VECTOR_BYTES;
  return bytes <= device.maxWorkgroupBytes && shared.x * shared.y <= device.maxInvocations ? shared : null;
}
