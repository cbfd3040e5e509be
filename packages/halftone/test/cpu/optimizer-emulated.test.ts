import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { registerEmulated } from '@halftone/emulate';
import { describeOptimizer } from '@halftone/testing/optimizer-suite';
import { shared } from '../shared.ts';

for (const [base, policy] of [
  ['cpu', 'mixed_float16'],
  ['cpu', 'mixed_bfloat16'],
  ['wasm', 'mixed_float16'],
] as const) {
  describeOptimizer({ ...shared, name: `emulate on ${base}`, register: () => registerEmulated({ base }), policy });
}
