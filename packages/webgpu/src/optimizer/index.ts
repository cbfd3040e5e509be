export type { FusedHost } from './fused-host.ts';
export { createFusedOptimizer } from './fused-optimizer.ts';
