/** Which specs one process runs: its share of the suites, then a quarter and a text if they were asked for. */
export interface SpecChoice {
  readonly shard: number;
  readonly shards: number;
  readonly quarter?: 0 | 1 | 2 | 3;
  readonly filter?: string;
}

/** One spec as the choice sees it. */
export interface SpecPlace {
  /** Unique over the whole run. */
  readonly name: string;
  /** Index of its top-level suite. */
  readonly suite: number;
}

/**
 * Tells whether a spec is among the chosen ones.
 *
 * Suites stay whole within a shard, as a suite sets its backend once. Quarters cut by a hash of the name, so that each
 * holds about as many specs of every suite and a spec stays in its quarter when others come and go.
 *
 * Pure.
 */
export function isChosen(spec: SpecPlace, { shard, shards, quarter, filter }: SpecChoice): boolean {
  if (spec.suite % shards !== shard) return false;
  if (quarter !== undefined && quarterOf(spec.name) !== quarter) return false;
  return filter === undefined || spec.name.includes(filter);
}

/** Puts a name into one of four parts: FNV-1a, 32 bits (Fowler, Noll, Vo). */
export function quarterOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & 3;
}
