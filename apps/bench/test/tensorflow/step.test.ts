import { requireOrSkip } from '@halftone/testing';
import { describe, expect, test } from 'vitest';
import { count, time } from '../../src/measure.ts';
import { stepArguments } from '../../src/step-arguments.ts';
import { stepResult } from '../../src/step-report.ts';
import type { StepResult } from '../../src/step-result.ts';
import { openSubject } from '../../src/subject.ts';

const { available } = await requireOrSkip('tensorflow');

describe.skipIf(!available)('bench step on TensorFlow', async () => {
  // in one process, so stock comes before the plug-in, which stays
  const step = async (args: string): Promise<StepResult> => {
    const { spec } = stepArguments(args.split(' '));
    const subject = await openSubject(spec);
    return stepResult(spec, await count(spec, subject), await time(subject, 2));
  };
  const stock = available ? await step('--model mlp --backend tensorflow --warm-up 2') : undefined;
  const mixed = available ? await step('--model mlp --backend halftone-node --warm-up 2') : undefined;

  test('has the fields of every step, and no dispatches, submits and pipelines', () => {
    for (const result of [stock, mixed]) {
      expect(result).toMatchObject({
        dispatches: null,
        submits: null,
        pipelinesAfterWarmup: null,
        hostUsPerDispatch: null,
        readbacks: 1,
        deterministic: true,
      });
      expect(result?.machine.device).toMatch(/^TensorFlow 2\.\d+\.\d+ on the [CG]PU$/);
      expect(result?.ops).toBeGreaterThan(50);
      expect(result?.stepMs?.median).toBeGreaterThan(0);
      expect(result?.hostMsPerStep).toBeLessThanOrEqual(result?.stepMs?.median ?? 0);
      expect(result?.losses).toHaveLength(7);
    }
  });

  test('counts no cast in stock and some in mixed precision, whose losses stay near', () => {
    expect([stock?.castsDown, stock?.castsUp]).toEqual([0, 0]);
    expect(mixed?.castsDown).toBeGreaterThan(0);
    expect([stock?.codec, mixed?.codec]).toEqual(['f32', 'half']);
    for (const [i, loss] of (mixed?.losses ?? []).entries())
      expect((loss ?? Number.NaN) / (stock?.losses?.[i] ?? Number.NaN)).toBeCloseTo(1, 2);
  });

  test('tells which products were half', () => {
    const inputs = (result: StepResult | undefined): readonly number[] => {
      const { halfInputs, floatInputs } = result?.byOp?.['BatchMatMulV2'] ?? { halfInputs: -1, floatInputs: -1 };
      return [halfInputs, floatInputs];
    };
    expect(inputs(stock)).toEqual([0, 10]); // two products forward, three backward
    expect(inputs(mixed)[1]).toBe(10);
    expect(inputs(mixed)[0]).toBeGreaterThanOrEqual(5);
  });

  test('holds fewer bytes at peak in mixed precision', () => {
    expect(mixed?.peakBytes).toBeLessThan(stock?.peakBytes ?? 0);
  });
});
