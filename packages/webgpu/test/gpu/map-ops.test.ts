import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { round } from '@halftone/float16';
import type { DeviceNumerics } from '@halftone/testing';
import { deviceNumerics, deviceSlack } from '@halftone/testing';
import '@halftone/testing/matchers';
import type { HalfBackend } from '../../src/backend.ts';
import { mapOps } from '../../src/graph/map-ops/index.ts';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';
import { elementwiseKernels } from '../../src/kernels/elementwise/elementwise-kernels.ts';
import { installEager } from './eager-recorder.ts';
import { mapRecipe } from './eager-map.ts';
import { runRecipe, STORAGES } from './kernel-harness.ts';
import type { RowCase } from './map-op-cases.ts';
import { CASES, SPECIAL } from './map-op-cases.ts';

let handle: WebGPUHandle;
let seen: Map<string, number>;
let numerics: DeviceNumerics;
beforeAll(async () => {
  handle = await useWebGPU();
  numerics = await deviceNumerics((tf.backend() as HalfBackend).device);
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  seen = installEager(handle.backendName, [elementwiseKernels]);
});
afterAll(() => {
  handle?.dispose();
  tf.env().set('WEBGPU_CPU_FORWARD', true);
});

type Values = Float32Array | Int32Array | Uint8Array;

/** Fixed numbers between -4 and 4 without a pattern. */
const scatter = (count: number, step: number): number[] => Array.from({ length: count }, (_, k) => 8 * ((k * step + 0.1) % 1) - 4);

/** Every combination of special values, then some random ones; one element more makes the width 1. */
function columns(args: string, extra: number): number[][] {
  const wide = args.length === 1;
  const specials = (type: string): number[] => (type === 'f' ? [...SPECIAL] : type === 'i' ? [0, 1, -1, 7, -8, 2 ** 15] : [0, 1]);
  let rows: number[][] = [[]];
  for (const type of args) rows = rows.flatMap((row) => specials(type).map((value) => [...row, value]));
  const count = ((4 - (rows.length % 4)) % 4) + 80 + extra;
  return Array.from(args, (type, k) => {
    const random = scatter(count, wide ? Math.SQRT2 : Math.sqrt(2 + k)).map((x) =>
      type === 'f' ? x : type === 'i' ? Math.round(x * 100) : Number(x > 0),
    );
    return [...rows.map((row) => row[k] ?? 0), ...random];
  });
}

async function run({ op, args }: RowCase, values: readonly number[][]): Promise<{ values: Values; facts: string }> {
  const DTYPES = { f: 'float32', i: 'int32', b: 'bool' } as const;
  const result = tf.tidy(() => op(...values.map((column, k) => tf.tensor1d(column, DTYPES[args[k] as 'f' | 'i' | 'b']))));
  const read = (await result.data()) as Values;
  result.dispose();
  return { values: read, facts: `${result.dtype} [${result.shape.join()}]` };
}

describe('every row of the table of elementwise ops', () => {
  it.each(CASES)('equals stock in both widths: $row of $args, $ulps ulps', async (row) => {
    for (const extra of [0, 1]) {
      const inputs = columns(row.args, extra);
      const before = seen.get(row.row) ?? 0;
      const ours = await run(row, inputs);
      expect(seen.get(row.row)).toBeGreaterThan(before);
      await tf.setBackend('webgpu');
      const stock = await run(row, inputs);
      await tf.setBackend(handle.backendName);
      expect(ours.facts).toBe(stock.facts);
      const expected = stock.values.slice();
      inputs[0]?.forEach((_, i) => {
        const at = inputs.map((column) => Math.fround(column[i] ?? 0));
        if (row.except?.(...at) === true) expected[i] = row.exact?.(...at) ?? 0;
        if (numerics.infinities === 'assumed-away' && row.infinite?.(...at) === true) expected[i] = ours.values[i] ?? 0; // open there
      });
      const slack = row.cancels === true ? deviceSlack.widths[numerics.widths] : 0;
      if (row.ulps === 0) expect(ours.values).toBeBitEqual(expected);
      else if (slack > 0) expect(ours.values).toBeCloseInFormat(expected, 'float32', { terms: row.ulps ** 2, scale: 0, slack });
      else expect(ours.values).toBeWithinUlps(expected, row.ulps, 'float32');
    }
  });
  it('is one of the cases above, but for batch norm', () => {
    const tested = new Set(CASES.map(({ row }) => row));
    expect(Object.keys(mapOps).filter((op) => !tested.has(op))).toEqual(['FusedBatchNorm']);
  });
});

describe('a row where its tensors are stored in half', () => {
  it.each(STORAGES)('is computed in float32 and rounded once, overflow to infinity: %s', async (codec) => {
    for (const size of [8, 7]) {
      const a = Float32Array.from([300, 60000, -300, 1, 0.5, -2, 1024, NaN].slice(-size));
      const recipe = mapRecipe(
        'Multiply',
        [
          { type: 'f', size },
          { type: 'f', size },
        ],
        { shape: [size], type: 'f' },
      );
      const [product] = await runRecipe({
        recipe,
        inputs: [
          { values: a, codec },
          { values: a, codec },
        ],
        outputs: [{ size, codec }],
      });
      const stored = codec === null ? a : round(a, codec === 'bfloat16' ? 'bfloat16' : 'float16');
      const exact = stored.map((x) => x * x);
      expect(product).toBeBitEqual(codec === null ? exact : round(exact, codec === 'bfloat16' ? 'bfloat16' : 'float16'));
    }
  });
});
