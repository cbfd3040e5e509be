import type { Policy } from '@halftone/policy';
import { allowlist, formatPolicy, kernelClass, policy, withOps } from '@halftone/policy';
import { ensure, refusal, same } from '../ensure.ts';

const mixed: Policy = policy('mixed_float16');
const careful = withOps(mixed, { deny: ['Tanh'] });
same(policy(formatPolicy(careful)), careful, 'a policy with overrides, as text and back');
same([kernelClass(mixed, 'Conv2D').opClass, kernelClass(careful, 'Tanh').opClass], ['allow', 'deny'], 'classes');
ensure(allowlist(mixed).includes('BatchMatMul'), 'the matrix product is on the allowlist');
const message = await refusal(() => policy('mixed_flaot16'), 'a typo');
ensure(message.includes('mixed_float16'), `the nearest word is named: ${message}`);
console.log(message);
