import { describe } from 'vitest';
import { registerNode } from '@halftone/node';
import { requireOrSkip } from '@halftone/testing';
import { describeOptimizer } from '@halftone/testing/optimizer-suite';
import { shared } from '../shared.ts';

const tensorflow = await requireOrSkip('tensorflow');

describe.skipIf(!tensorflow.available)('inside TensorFlow', () => {
  for (const policy of ['mixed_float16', 'mixed_bfloat16'] as const) {
    describeOptimizer({ ...shared, name: 'tfjs-node', register: () => registerNode(), policy });
  }
});
