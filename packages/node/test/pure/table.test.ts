import { describe, expect, it } from 'vitest';
import { gpuInnerMaths } from '../../src/table/gpu-inner-maths.ts';
import { computesInFloat32 } from '../../src/table/inner-maths.ts';
import { kernelRows, supports } from '../../src/table/kernel-support.ts';
import { measuredUlps } from '../../src/table/measured-ulps.ts';
import { opSignatures } from '../../src/table/op-signatures.ts';
import { lineOf, tensorFlowLines } from '../../src/table/tensorflow-line.ts';

const oneDnn = (version: string) => ({ version, device: 'cpu', cpuMaths: 'onednn' }) as const;
const eigen = (version: string) => ({ version, device: 'cpu', cpuMaths: 'eigen' }) as const;
const gpu = (version: string) => ({ version, device: 'gpu' }) as const;
const formats = ['float16', 'bfloat16'] as const;

describe('lineOf', () => {
  it.each([
    ['2.9.1', '2.9'],
    ['2.13.1', '2.9'],
    ['2.14.0', '2.14'],
    ['2.21.0-rc1', '2.21'],
    ['2.90.0', '2.21'],
    ['3.0.0', '2.21'],
  ])('gives %s the rows of %s', (version, line) => {
    expect(lineOf(version)).toBe(line);
  });

  it.each(['2.8.4', '1.15.0', '', 'two', '2', '2.x'])('gives %s none', (version) => {
    expect(lineOf(version)).toBeUndefined();
  });
});

describe('supports', () => {
  it('knows that what npm gives GPU users has half and no bfloat16', () => {
    for (const op of ['MatMul', 'BatchMatMulV2', 'Conv2D', 'Conv2DBackpropFilter', 'AddV2', 'Mul', 'MaxPool', 'FusedBatchNormV3']) {
      expect([op, supports(op, gpu('2.9.1'), 'float16')]).toEqual([op, true]);
      expect([op, supports(op, gpu('2.9.1'), 'bfloat16')]).toEqual([op, false]);
      expect([op, supports(op, gpu('2.14.0'), 'bfloat16')]).toEqual([op, true]);
    }
  });

  it('says no where it knows nothing', () => {
    for (const op of ['NoSuchOp', 'toString', '__proto__', '']) expect([op, supports(op, gpu('2.21.0'), 'float16')]).toEqual([op, false]);
    expect(supports('MatMul', gpu('2.8.0'), 'float16')).toBe(false);
    expect(supports('MatMul', gpu('unknown'), 'float16')).toBe(false);
  });

  it("counts 2.9's bfloat16 kernels that give nothing without AVX-512 as missing", () => {
    expect(supports('Conv2D', oneDnn('2.9.1'), 'bfloat16')).toBe(true);
    expect(supports('Conv2D', eigen('2.9.1'), 'bfloat16')).toBe(false);
    expect(supports('Conv2D', { version: '2.9.1', device: 'cpu' }, 'bfloat16')).toBe(false);
    expect(supports('Conv2D', eigen('2.9.1'), 'float16')).toBe(true);
    expect(supports('Conv2D', eigen('2.21.0'), 'bfloat16')).toBe(true);
  });
});

describe('computesInFloat32', () => {
  it('takes no product that sums in half', () => {
    expect(computesInFloat32('MatMul', eigen('2.9.1'), 'float16')).toBe(false);
    expect(computesInFloat32('MatMul', eigen('2.21.0'), 'float16')).toBe(true);
    expect(computesInFloat32('Conv2D', eigen('2.21.0'), 'float16')).toBe(true);
    expect(computesInFloat32('Conv2DBackpropFilter', eigen('2.21.0'), 'float16')).toBe(false);
    expect(computesInFloat32('Mean', eigen('2.21.0'), 'float16')).toBe(false);
  });

  it('leaves bfloat16 products on a CPU to oneDNN alone', () => {
    for (const op of ['MatMul', 'BatchMatMulV2', 'Conv3D', 'Conv2DBackpropFilter', 'AvgPool']) {
      expect([op, computesInFloat32(op, oneDnn('2.21.0'), 'bfloat16')]).toEqual([op, true]);
      expect([op, computesInFloat32(op, eigen('2.21.0'), 'bfloat16')]).toEqual([op, false]);
      expect([op, computesInFloat32(op, { version: '2.21.0', device: 'cpu' }, 'bfloat16')]).toEqual([op, false]);
    }
  });

  it('believes of GPUs what the sources say, and nothing else', () => {
    expect(computesInFloat32('MatMul', gpu('2.9.1'), 'float16')).toBe(true);
    expect(computesInFloat32('MatMul', gpu('2.9.1'), 'bfloat16')).toBe(false); // there is no such kernel
    expect(computesInFloat32('Mean', gpu('2.9.1'), 'float16')).toBe(true);
    expect(computesInFloat32('Sum', gpu('2.9.1'), 'float16')).toBe(false);
    expect(computesInFloat32('Exp', gpu('2.21.0'), 'float16')).toBe(false);
  });
});

describe('the tables', () => {
  it('have a signature and kernels for the same ops', () => {
    expect(Object.keys(kernelRows)).toEqual(Object.keys(opSignatures));
    expect(Object.keys(opSignatures).length).toBeGreaterThan(190);
    for (const op of [...Object.keys(measuredUlps), ...Object.keys(gpuInnerMaths)]) expect(opSignatures).toHaveProperty([op]);
  });

  it('measured a number where a kernel works, and only there', () => {
    for (const [op, row] of Object.entries(measuredUlps))
      for (const line of tensorFlowLines) {
        const [half, byOneDnn] = row[line];
        const found = { op, line, half: half !== null, bfloat16: byOneDnn !== null };
        expect(found).toEqual({
          op,
          line,
          half: supports(op, oneDnn(`${line}.0`), 'float16'),
          bfloat16: supports(op, oneDnn(`${line}.0`), 'bfloat16'),
        });
      }
  });

  it('have no 16-bit kernel for an op whose types do not allow the format', () => {
    const byInputs = Object.entries(opSignatures).filter(([op]) => !op.startsWith('Random')); // those have the type of their output
    for (const [op, { inputs, types }] of byInputs)
      for (const format of formats) {
        const letter = format === 'float16' ? 'H' : 'B';
        const takes = inputs.length === 0 || inputs.some(({ type }) => type === '' || (types[type] ?? letter).includes(letter));
        const has = tensorFlowLines.some((line) => supports(op, gpu(`${line}.0`), format) || supports(op, oneDnn(`${line}.0`), format));
        if (!takes) expect([op, format, has]).toEqual([op, format, false]);
      }
  });
});
