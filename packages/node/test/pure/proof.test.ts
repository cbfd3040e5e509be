import { describe, expect, it } from 'vitest';
import type { OpCount } from '../../src/binding/op-counters.ts';
import { halfShareOf } from '../../src/proof/half-share.ts';
import { parseProofArguments } from '../../src/proof/proof-arguments.ts';
import type { ProofFacts } from '../../src/proof/proof-checks.ts';
import { proofChecks } from '../../src/proof/proof-checks.ts';

const count = (counts: Partial<OpCount>): OpCount => ({ runs: 0, halfRuns: 0, fallbacks: 0, halfInputs: 0, floatInputs: 0, ...counts });

describe('the share of half', () => {
  it('counts runs and inputs, products for themselves, ops without float inputs not at all', () => {
    const ops = {
      Conv2D: count({ runs: 4, halfRuns: 3, halfInputs: 6, floatInputs: 8 }),
      BatchMatMulV2: count({ runs: 4, halfRuns: 1, halfInputs: 3, floatInputs: 8, fallbacks: 3 }),
      Sum: count({ runs: 8, floatInputs: 8 }),
      Range: count({ runs: 100 }),
    };
    expect(halfShareOf({ ops })).toEqual({ ofOps: 4 / 16, ofProducts: 4 / 8, ofProductInputs: 9 / 16, fallbacks: { BatchMatMulV2: 3 } });
  });

  it('is 0 where nothing ran', () => {
    expect(halfShareOf({ ops: {} })).toEqual({ ofOps: 0, ofProducts: 0, ofProductInputs: 0, fallbacks: {} });
  });
});

describe('what the proof checks', () => {
  const share = { ofOps: 0.4, ofProducts: 0.9, ofProductInputs: 0.9, fallbacks: {} };
  const good: ProofFacts = {
    device: 'gpu',
    stock: { losses: [7, 6, 5] },
    mixed: [{ policy: 'mixed_float16', losses: [7.01, 6.01, 5.02], share }],
  };
  const verdicts = (run: Partial<ProofFacts['mixed'][number]>): readonly (string | undefined)[] => {
    const checks = proofChecks({ ...good, mixed: [{ ...(good.mixed[0] as ProofFacts['mixed'][number]), ...run }] });
    return checks.filter(({ status }) => status === 'broken').map(({ remedy }) => remedy);
  };

  it('is content with losses near those of float32 and half inputs', () => {
    expect(verdicts({})).toEqual([]);
  });

  it('says that a CPU proves nothing of CUDA', () => {
    expect(proofChecks({ ...good, device: 'cpu' })[0]).toMatchObject({
      status: 'note',
      found: expect.stringContaining('nothing here says anything of CUDA'),
    });
    expect(proofChecks(good)[0]).toMatchObject({ status: 'ok' });
  });

  it('refuses a share below a half, losses that are not numbers, far off, those of float32, or all one', () => {
    expect(verdicts({ share: { ...share, ofProductInputs: 0.49 } })).toEqual([expect.stringContaining('At least 50 %')]);
    const few = { ...(good.mixed[0] as ProofFacts['mixed'][number]), share: { ...share, ofProductInputs: 0.49 } };
    expect(proofChecks({ ...good, device: 'cpu', mixed: [few] })[1]).toMatchObject({ status: 'note' }); // a CPU library has few such kernels
    expect(verdicts({ losses: [7, Number.NaN] })).toEqual([expect.stringContaining('finite')]);
    expect(verdicts({ losses: [7.3, 6, 5] })).toEqual([expect.stringContaining('within 2 %')]);
    expect(verdicts({ losses: [7, 6, 5] })).toEqual([expect.stringContaining('bit for bit')]);
    expect(verdicts({ losses: [7.01, 7.01, 7.01] })).toEqual([expect.stringContaining('No step was applied')]);
  });
});

describe('the arguments of the proof', () => {
  it('are read and checked', () => {
    expect(parseProofArguments([])).toEqual({ help: false, out: 'halftone-cuda-proof.json' });
    expect(parseProofArguments(['--size', '64', '--batch', '1', '--steps', '2', '--matmul', '64,128', '--out', 'a.json'])).toEqual({
      help: false,
      out: 'a.json',
      side: 64,
      batch: 1,
      steps: 2,
      matmulSizes: [64, 128],
    });
    expect(() => parseProofArguments(['--matmul', '64,x'])).toThrow(
      /--matmul must be a whole number from 1 to 65536, got x\. Write for example/,
    );
    expect(() => parseProofArguments(['more'])).toThrow(/must be those of --help/);
  });
});
