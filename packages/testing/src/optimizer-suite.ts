import { afterAll, beforeAll, describe } from 'vitest';
import { describeAccumulate } from './optimizer-suite/accumulate.ts';
import { describeClip } from './optimizer-suite/clip.ts';
import { describeFit } from './optimizer-suite/fit.ts';
import { describeHalf } from './optimizer-suite/half.ts';
import type { OptimizerSuiteOptions, RegisteredBackend, Room } from './optimizer-suite/options.ts';
import { describeReport } from './optimizer-suite/report.ts';
import { describeResume } from './optimizer-suite/resume.ts';
import { createRig } from './optimizer-suite/rig.ts';
import { describeScale } from './optimizer-suite/scale.ts';
import { describeScaler } from './optimizer-suite/scaler.ts';
import { describeSkip } from './optimizer-suite/skip.ts';
import { describeSteady } from './optimizer-suite/steady.ts';

export { describeAgreement, type AgreementOptions } from './optimizer-suite/agreement.ts';
export type {
  DefaultPolicyModule,
  FitModel,
  LossScaleModule,
  OptimizerModule,
  OptimizerSuiteOptions,
  RegisteredBackend,
  Room,
} from './optimizer-suite/options.ts';

/**
 * Declares the tests of loss scaling, skipping, resuming, accumulating and clipping that pass alike on every plug-in, in
 * vitest, for one policy. With `policy: 'float32'` they run on a backend of stock TensorFlow.js.
 *
 * @example
 * // describeOptimizer({ name: 'emulate', register: () => registerEmulated({ base: 'cpu' }), policy: 'mixed_float16', tf, optimizer, lossScale, autocast, model });
 */
export function describeOptimizer(options: OptimizerSuiteOptions): void {
  const { name, register, policy, tf } = options;
  describe(`training on ${name} under ${policy}`, () => {
    let backend: RegisteredBackend;
    beforeAll(async () => {
      backend = await register();
      await tf.setBackend(backend.backendName);
    });
    afterAll(() => backend?.dispose());

    const rig = createRig(options);
    const rooms: Readonly<Record<Room, () => void>> = {
      skip: () => describeSkip(rig),
      half: () => describeHalf(rig),
      scale: () => describeScale(rig),
      report: () => describeReport(rig),
      resume: () => describeResume(rig),
      accumulate: () => describeAccumulate(rig),
      clip: () => describeClip(rig),
      scaler: () => describeScaler(rig),
      fit: () => describeFit(rig),
      steady: () => describeSteady(rig, () => backend),
    };
    const plain = policy === 'float32'; // no plug-in: no half
    for (const [room, open] of Object.entries(rooms)) {
      if ((options.rooms?.includes(room as Room) ?? true) && !(plain && room === 'half')) open();
    }
  });
}
