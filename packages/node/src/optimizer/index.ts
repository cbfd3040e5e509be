export { createFusedOptimizer } from './fused-optimizer.ts';
