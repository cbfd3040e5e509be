import { describe } from 'vitest';
import { registerNode } from '@halftone/node';
import { requireOrSkip } from '@halftone/testing';
import { describeAgreement } from '@halftone/testing/optimizer-suite';
import { shared } from '../shared.ts';

const tensorflow = await requireOrSkip('tensorflow');
const policies = ['float32', 'mixed_float16', 'mixed_bfloat16'] as const;

describe.skipIf(!tensorflow.available)('inside TensorFlow', () => {
  describeAgreement({ ...shared, name: 'tfjs-node', register: () => registerNode(), policies });
});
