import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenJson } from '../golden.ts';
import { agreementModels } from './agreement-models.ts';
import type { OptimizerSuiteOptions, RegisteredBackend } from './options.ts';

const STEPS = 20;
/** Every plug-in stays this near to the committed losses, so any two of them agree within 1 %. */
const WITHIN = 0.005;
/** Losses of half must differ from those of float32 by more than orders of summation do. */
const SHOWS = 2 ** -16;

type Policy = OptimizerSuiteOptions['policy'];
type ModelName = keyof typeof agreementModels;

/** The losses of one model, by policy. */
interface Golden {
  readonly about: string;
  readonly losses: Readonly<Partial<Record<Policy, readonly number[]>>>;
}

/** What a plug-in hands in to have its losses compared with those of the others. */
export interface AgreementOptions extends Pick<OptimizerSuiteOptions, 'name' | 'register' | 'tf' | 'optimizer' | 'lossScale'> {
  readonly policies: readonly Policy[];
  /** Writes the losses down instead of comparing them; for the backend that all others are held to. */
  readonly update?: boolean;
}

/**
 * Declares the tests that plug-ins agree: the same model and seed gives the same first 20 losses within 1 %, in vitest.
 *
 * Plug-ins do not run side by side in one process; each is held to one committed series, made by the emulation on its default base,
 * whose rounding is exact.
 *
 * @example
 * // describeAgreement({ name: 'webgpu', register: () => registerWebGPU(), policies: ['mixed_float16'], tf, optimizer, lossScale });
 */
export function describeAgreement(options: AgreementOptions): void {
  const { name, register, policies, tf, update = false } = options;
  describe(`losses on ${name}`, () => {
    let backend: RegisteredBackend;
    beforeAll(async () => {
      backend = await register();
      await tf.setBackend(backend.backendName);
    });
    afterAll(() => backend?.dispose());

    const cases = (Object.keys(agreementModels) as ModelName[]).flatMap((model) => policies.map((policy) => [model, policy] as const));
    it.each(cases)('of the %s under %s are those of the other plug-ins within one percent', async (model, policy) => {
      const losses = await train(model, policy, options);
      if (update) write(model, policy, losses);
      const golden = goldenJson<Golden>(pathOf(model)).losses;
      expect(losses.length).toBe(STEPS);
      for (const [step, loss] of losses.entries()) {
        const wanted = golden[policy]![step]!;
        expect(Math.abs(loss - wanted) / wanted, `step ${step}: loss ${loss}, committed is ${wanted}`).toBeLessThanOrEqual(WITHIN);
      }
      if (policy === 'float32') return;
      const apart = Math.max(...losses.map((loss, step) => Math.abs(loss - golden.float32![step]!) / golden.float32![step]!));
      expect(apart, 'half must show').toBeGreaterThan(SHOWS);
    });
  });
}

/** The losses of the first steps. Leaves no tensor behind. */
async function train(
  name: ModelName,
  policy: Policy,
  { tf, optimizer: { mixedPrecisionOptimizer }, lossScale }: AgreementOptions,
): Promise<number[]> {
  const before = tf.memory().numTensors;
  const model = agreementModels[name](tf);
  const scaled = policy === 'mixed_float16';
  const optimizer = mixedPrecisionOptimizer(model.optimizer(), {
    policy,
    lossScale: scaled ? lossScale.dynamicLossScale({ initialScale: 2 ** 12, growthInterval: 6 }) : lossScale.noLossScale(),
  });
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const loss = optimizer.minimize(model.loss(step), true, model.variables)!;
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  const report = await optimizer.lastStep();
  expect(report).toMatchObject({ appliedSteps: STEPS, skipped: 0, scale: scaled ? 2 ** 15 : 1 });
  const inner = optimizer.unwrap();
  inner.dispose();
  const rate = (inner as unknown as { readonly c?: { readonly isDisposed: boolean; dispose(): void } }).c; // tfjs's Momentum forgets it
  if (rate?.isDisposed === false) rate.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return losses;
}

const pathOf = (model: ModelName): string => `agreement/${model}.json`;

function write(model: ModelName, policy: Policy, losses: readonly number[]): void {
  const path = fileURLToPath(new URL(`../../golden/${pathOf(model)}`, import.meta.url));
  const known = goldenJson<Golden>(pathOf(model));
  writeFileSync(path, `${JSON.stringify({ ...known, losses: { ...known.losses, [policy]: losses } }, null, 1)}\n`);
}
