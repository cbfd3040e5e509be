import { afterAll } from 'vitest';
import { harnessDevice } from '../gpu/kernel-harness.ts';
import { describeLayerNorm } from '../gpu/layer-norm-values.ts';

afterAll(async () => (await harnessDevice()).destroy());

describeLayerNorm('wide');
