import * as scoped from '@halftone/autocast';
import { autocast } from 'halftone/autocast';
import { useEmulated } from 'halftone/emulate';
import { encode } from 'halftone/float16';
import { dynamicLossScale } from 'halftone/loss-scale';
import { mixedPrecision } from 'halftone/models';
import { useNode } from 'halftone/node';
import { mixedPrecisionOptimizer } from 'halftone/optimizer';
import { policy } from 'halftone/policy';
import { useWebGPU } from 'halftone/webgpu';
import { isInstalled, same } from '../ensure.ts';

same(autocast === scoped.autocast, true, 'the same function by both names');
same(
  [useEmulated, encode, dynamicLossScale, mixedPrecision, mixedPrecisionOptimizer, policy, useNode, useWebGPU].map((one) => typeof one),
  Array.from({ length: 8 }, () => 'function'),
  'exports',
);
const root = await isInstalled('halftone').catch((error: { code?: string }) => error.code);
same(root, 'ERR_PACKAGE_PATH_NOT_EXPORTED', 'the bare name is no entry');
console.log('9 sub-paths');
