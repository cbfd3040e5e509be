export type { FusedHost } from './contract.ts';
export { createFusedOptimizer } from './fused-optimizer.ts';
