import { describe, expect, it } from 'vitest';
import { dataTypes } from '../../src/binding/data-types.ts';
import type { LibraryFacts, OpCall, OpMode } from '../../src/binding/op-plan.ts';
import { FLOAT32, planOp, runsInHalf, wantsHalf } from '../../src/binding/op-plan.ts';

const { float32, float16, bfloat16, int32 } = dataTypes;
const TYPE = 1; // any number: attributes are told by their names
const facts: LibraryFacts = {
  signatures: {
    MatMul: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
    ConcatV2: { inputs: [{ type: 'T', list: 'number' }, { type: 'Tidx' }], types: {} },
    FusedBatchNormV3: { inputs: [{ type: 'T' }, { type: 'U' }, { type: 'U' }, { type: 'U' }, { type: 'U' }], types: { T: 'HB', U: 'B' } },
    CropAndResize: { inputs: [{ type: 'T' }, { type: '' }, { type: '' }, { type: '' }], types: { T: 'H' } },
    Exp: { inputs: [{ type: 'T' }], types: { T: 'HB' } },
    Depthwise: { inputs: [{ type: 'T' }, { type: 'T' }], types: { T: 'HB' } },
  },
  supports: (op) => op !== 'Unsupported',
  roundsOnce: (op) => op !== 'AddN',
  takes: (_op, attributes) => attributes.every(({ name }) => name !== 'dilations'),
  computesInFloat32: (op) => op !== 'Depthwise',
};
const call = (name: string, inputTypes: number[], ...attributes: string[]): OpCall => ({
  name,
  inputTypes,
  attributes: attributes.map((attribute) => ({ name: attribute, type: TYPE, value: float32 })),
});
const allow: OpMode = { half: 'float16', opClass: 'allow', kernelName: 'BatchMatMul' };
const typesOf = (name: string, inputs: number[], mode: OpMode): readonly number[] => planOp(call(name, inputs), mode, facts).inputTypes;

describe('planOp', () => {
  it('casts every float input of a product down, and its type attribute with them', () => {
    const { inputTypes, attributes } = planOp(call('MatMul', [float32, float16], 'T'), allow, facts);
    expect(inputTypes).toEqual([float16, float16]);
    expect(attributes).toEqual([{ name: 'T', type: TYPE, value: float16 }]);
  });

  it('widens half inputs in float32 mode', () => {
    expect(typesOf('MatMul', [float16, float32], FLOAT32)).toEqual([float32, float32]);
    expect(typesOf('Exp', [bfloat16], FLOAT32)).toEqual([float32]);
  });

  it('gives every handle of a list one type, and leaves integers alone', () => {
    const pass: OpMode = { half: 'bfloat16', opClass: 'pass', kernelName: 'Concat' };
    const { inputTypes, attributes } = planOp(call('ConcatV2', [bfloat16, float32, bfloat16, int32], 'N', 'T', 'Tidx'), pass, facts);
    expect(inputTypes).toEqual([bfloat16, bfloat16, bfloat16, int32]);
    expect(attributes.map(({ value }) => value)).toEqual([float32, bfloat16, float32]);
  });

  it('keeps the statistics of a batch norm in float32 where the op would take less', () => {
    const norm: OpMode = { half: 'bfloat16', opClass: 'f32-inner', kernelName: 'FusedBatchNorm' };
    expect(typesOf('FusedBatchNormV3', [float32, float32, float32, float32, float32], norm)).toEqual([
      bfloat16,
      float32,
      float32,
      float32,
      float32,
    ]);
  });

  it('keeps inputs whose type the op fixes', () => {
    const pass: OpMode = { half: 'float16', opClass: 'pass', kernelName: 'CropAndResize' };
    expect(typesOf('CropAndResize', [float16, float32, int32, int32], pass)).toEqual([float16, float32, int32, int32]);
  });

  it('keeps a format that the op definition excludes in float32', () => {
    const pass: OpMode = { half: 'bfloat16', opClass: 'pass', kernelName: 'CropAndResize' };
    expect(typesOf('CropAndResize', [bfloat16, float32, int32, int32], pass)).toEqual([float32, float32, int32, int32]);
  });

  it('never touches what an explicit cast is given', () => {
    const { inputTypes, attributes } = planOp(call('Cast', [float16], 'SrcT', 'DstT'), allow, facts);
    expect(inputTypes).toEqual([float16]);
    expect(attributes.map(({ value }) => value)).toEqual([float16, float32]);
  });

  it('lets a reshape keep what it is given where no policy is in force', () => {
    expect(planOp(call('Reshape', [bfloat16, int32], 'T'), FLOAT32, facts)).toEqual({
      inputTypes: [bfloat16, int32],
      attributes: [{ name: 'T', type: TYPE, value: bfloat16 }],
    });
  });

  it('runs an op that it does not know in float32', () => {
    expect(typesOf('MadeUp', [float16, int32], allow)).toEqual([float32, int32]);
  });

  it('hands int32 ops on as they are, in every mode', () => {
    const given = call('MatMul', [int32, int32], 'T');
    expect(planOp(given, allow, facts)).toEqual({ inputTypes: [int32, int32], attributes: given.attributes });
  });
});

describe('runsInHalf', () => {
  it('refuses products that would be summed in half, and says that half was wanted', () => {
    const given = call('Depthwise', [float16, float16]);
    expect(runsInHalf(given, allow, facts)).toBe(false);
    expect(wantsHalf(given, allow)).toBe(true);
  });

  it('refuses sums of many halves among the ops that only pass numbers on', () => {
    expect(runsInHalf(call('AddN', [float16, float16]), { ...allow, opClass: 'promote' }, facts)).toBe(false);
  });

  it('refuses a kernel that the library lacks', () => {
    expect(runsInHalf(call('Unsupported', [float16]), { ...allow, opClass: 'pass' }, facts)).toBe(false);
  });

  it('refuses attributes that the half kernel does not take', () => {
    expect(runsInHalf(call('MatMul', [float16, float16], 'dilations'), allow, facts)).toBe(false);
    expect(runsInHalf(call('MatMul', [float16, float16], 'T'), allow, facts)).toBe(true);
  });

  it('runs a composite that wants float32 inside in float32, and the op of the same name in half', () => {
    const inner = (kernelName: string): OpMode => ({ half: 'float16', opClass: 'f32-inner', kernelName });
    expect(runsInHalf(call('Exp', [float16]), inner('Softmax'), facts)).toBe(false);
    expect(runsInHalf(call('Exp', [float16]), inner('Exp'), facts)).toBe(true);
  });
});
