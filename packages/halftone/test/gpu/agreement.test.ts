import { describe } from 'vitest';
import { requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import { describeAgreement } from '@halftone/testing/optimizer-suite';
import { registerWebGPU } from '@halftone/webgpu';
import { shared } from '../shared.ts';

const vulkan = await requireOrSkip('vulkan');

describe.skipIf(!vulkan.available)('on a device', () => {
  const register = async (): ReturnType<typeof registerWebGPU> => {
    await dawn();
    return registerWebGPU();
  };
  describeAgreement({ ...shared, name: 'webgpu', register, policies: ['mixed_float16', 'mixed_bfloat16'] });
});
