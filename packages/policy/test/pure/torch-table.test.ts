import { goldenJson } from '@halftone/testing';
import { describe, expect, test } from 'vitest';
import type { HalfPrecision, OpClass } from '../../src/index.ts';
import { kernelClass, kernelTable, policy } from '../../src/index.ts';
import { departures } from './torch-departures.ts';

interface Row {
  readonly op: string;
  readonly tfjs: string;
  readonly device: 'cpu' | 'cuda';
  readonly autocast: HalfPrecision;
  readonly inputs: readonly string[];
  readonly output?: string;
  readonly error?: string;
}

/** What a class makes of inputs, each float32 or the half format at hand. */
function outputOf(opClass: OpClass, inputs: readonly string[], half: HalfPrecision): string {
  switch (opClass) {
    case 'allow':
      return half;
    case 'deny':
    case 'n/a':
      return 'float32';
    case 'promote':
      return inputs.includes('float32') ? 'float32' : half;
    case 'f32-inner':
    case 'pass':
      return inputs[0] ?? 'float32';
    default:
      return opClass satisfies never;
  }
}

const { rows } = goldenJson<{ rows: readonly Row[] }>('autocast/table.json');
const isKernel = ({ tfjs }: Row): boolean => Object.hasOwn(kernelTable, tfjs);
/** Rows that a tfjs program can have: float32 and the one half format in, a float out. */
const isOurs = ({ inputs, autocast, output }: Row): boolean =>
  inputs.every((input) => input === 'float32' || input === autocast) && !['bool', 'int64', 'complex64'].includes(output ?? '');

const compared = rows.filter((row) => isKernel(row) && isOurs(row));
const differs = (row: Row): boolean => {
  const { opClass } = kernelClass(policy(`mixed_${row.autocast}`), row.tfjs);
  const real = row.op.endsWith('_0d') ? row.inputs.slice(0, 1) : row.inputs; // torch's 0-d tensors are weak, as our scalars
  return outputOf(opClass, real, row.autocast) !== row.output;
};
const key = ({ device, autocast, op }: { device: string; autocast: string; op: string }): string => `${device} ${autocast} ${op}`;
const listed = departures.flatMap((departure) => departure.ops.map((op) => key({ ...departure, op })));

describe("torch's autocast table", () => {
  test('has enough rows that are ours to compare, on both devices and in both formats', () => {
    for (const device of ['cpu', 'cuda']) {
      for (const autocast of ['float16', 'bfloat16']) {
        expect(compared.filter((row) => row.device === device && row.autocast === autocast).length).toBeGreaterThan(200);
      }
    }
  });

  test('names no kernel that our table lacks, composites aside', () => {
    const others = new Set(rows.filter((row) => !isKernel(row)).map((row) => row.tfjs));
    expect([...others].sort()).toEqual(['composite', 'dot', 'logSumExp', 'moments', 'norm']);
  });

  test('agrees with our classes in every row, but for the departures that are listed', () => {
    const unexplained = compared.filter((row) => differs(row) && !listed.includes(key(row)));
    expect(unexplained).toEqual([]);
  });

  test('has a departing row for every departure that is listed, and none is listed twice', () => {
    const departing = new Set(compared.filter(differs).map(key));
    expect(listed.filter((entry) => !departing.has(entry))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  test('is followed by our float16 column on CUDA in at least 9 of 10 rows', () => {
    const cuda = compared.filter(({ device, autocast }) => device === 'cuda' && autocast === 'float16');
    expect(cuda.filter(differs).length / cuda.length).toBeLessThan(0.1);
  });
});
