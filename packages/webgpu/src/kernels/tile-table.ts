import type { AdapterClass } from './kernel-source.ts';

/** How a matrix product is cut into invocations and workgroups. */
export interface MatmulTile {
  /** `direct`: each invocation loads its operands itself, no barrier. `shared`: a workgroup loads tiles into its memory first. */
  readonly kind: 'direct' | 'shared';
  /** Outputs of one invocation; `columns` is 1, 2 or a multiple of 4, and with `shared` both are multiples of 4. */
  readonly rows: number;
  readonly columns: number;
  /** Invocations over columns, over rows, and over slices of k, whose sums are added up at the end (`shared`: 1). */
  readonly workgroup: readonly [number, number, number];
  /** Steps of k in one tile of workgroup memory; a multiple of 4. `direct` takes 4 at a time. */
  readonly depth: number;
}

/** What the best cut depends on: the first that fits, in this order, `large` being the rest. */
export type MatmulShape = 'deep' | 'oneColumn' | 'oneRow' | 'fewColumns' | 'fewRows' | 'small' | 'large';

/** When k is split over workgroups, with a second kernel that sums. */
export interface SplitRule {
  /** Only from this k on. */
  readonly fromDepth: number;
  /** Only while there are fewer outputs than this. */
  readonly belowOutputs: number;
  /** Each split sums at least so many steps of k. */
  readonly depthEach: number;
  /** Splits are added until there are so many blocks of 64 x 64 partial sums: this bounds their memory too. */
  readonly blocks: number;
}

/** One adapter class's choices. */
export interface MatmulRow {
  readonly tiles: Readonly<Record<MatmulShape, MatmulTile>>;
  /** Keep tiles of float16 operands in f16: half the workgroup memory, same products. */
  readonly halfTiles: boolean;
  readonly split: SplitRule;
}

const direct = (rows: number, columns: number, ...workgroup: [number, number, number]): MatmulTile => ({
  kind: 'direct',
  rows,
  columns,
  workgroup,
  depth: 4,
});
const shared = (rows: number, columns: number, workgroup: readonly [number, number], depth: number): MatmulTile => ({
  kind: 'shared',
  rows,
  columns,
  workgroup: [...workgroup, 1],
  depth,
});

const GPU_SPLIT: SplitRule = { fromDepth: 2048, belowOutputs: 32 * 64 * 64, depthEach: 512, blocks: 128 };

const GPU_TILES = {
  deep: direct(4, 4, 4, 4, 16),
  oneColumn: direct(1, 1, 1, 16, 16),
  oneRow: direct(1, 4, 32, 1, 8),
  fewColumns: direct(1, 4, 4, 16, 4),
  fewRows: direct(4, 4, 32, 1, 4),
  small: shared(4, 4, [8, 8], 16),
  large: shared(8, 8, [8, 8], 16),
} as const satisfies MatmulRow['tiles'];

const CPU_NARROW = direct(4, 4, 4, 2, 1);

/**
 * Tiles by adapter class. The `cpu` row was measured on lavapipe, where barriers and loads are dear and registers are
 * cheap; the others follow the common sizes of the field (64 x 64 with 8 x 8 outputs an invocation where there are
 * registers for it) and await a measurement on such a device.
 */
export const matmulTable: Readonly<Record<AdapterClass, MatmulRow>> = {
  cpu: {
    tiles: {
      deep: CPU_NARROW,
      oneColumn: direct(4, 1, 1, 8, 1),
      oneRow: direct(1, 4, 8, 1, 1),
      fewColumns: CPU_NARROW,
      fewRows: direct(4, 4, 8, 1, 1),
      small: direct(4, 4, 8, 1, 1),
      large: direct(8, 4, 8, 1, 1),
    },
    halfTiles: false,
    split: { fromDepth: 16384, belowOutputs: 1024, depthEach: 4096, blocks: 8 },
  },
  discrete: { tiles: GPU_TILES, halfTiles: true, split: GPU_SPLIT },
  integrated: { tiles: { ...GPU_TILES, large: shared(4, 8, [8, 8], 16) }, halfTiles: true, split: GPU_SPLIT },
  mobile: { tiles: { ...GPU_TILES, large: shared(4, 4, [8, 8], 16) }, halfTiles: true, split: GPU_SPLIT },
  unknown: { tiles: { ...GPU_TILES, large: shared(4, 4, [8, 8], 16) }, halfTiles: false, split: GPU_SPLIT },
};
