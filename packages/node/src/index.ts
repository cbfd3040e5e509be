export type { CastCacheBytes } from './binding/cast-cache.ts';
export type { LedgerBytes } from './binding/handle-ledger.ts';
export type { CastCount, NodeStatistics, OpCount } from './binding/op-counters.ts';
export type { Capabilities } from './capabilities.ts';
export type { NodeOptions } from './options.ts';
export type { NodeHandle } from './register.ts';
export { registerNode, useNode } from './register.ts';
