import '@tensorflow/tfjs-backend-wasm';
import { registerEmulated } from '@halftone/emulate';
import { describeAgreement } from '@halftone/testing/optimizer-suite';
import { shared } from '../shared.ts';

const policies = ['float32', 'mixed_float16', 'mixed_bfloat16'] as const;
const update = process.env['HALFTONE_UPDATE_GOLDEN'] === '1';

describeAgreement({ ...shared, name: 'emulate', register: () => registerEmulated({ base: 'wasm' }), policies, update });
