import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/lowering/edits.ts';
import type { Codec, LowerOptions } from '../../src/lowering/index.ts';
import { lower } from '../../src/lowering/index.ts';

const HEAD = `@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read> A: array<f32>;
@group(0) @binding(2) var<storage, read> B : array<vec4<f32>>;
`;
const ALL: Readonly<Record<string, Codec>> = { result: 'packed-f16', A: 'packed-f16', B: 'packed-f16' };

/** What becomes of the body of a function; the declarations and the helpers are left out. */
function body(text: string, bindings: Readonly<Record<string, Codec>> = ALL): string {
  const { code } = lower(`${HEAD}fn main(i : i32) {${text}}\n`, { bindings });
  return /fn main\(i : i32\) \{(.*?)\}\n/su.exec(code)?.[1] ?? '';
}

/** The line that declares a binding. */
function declaration(code: string, name: string): string | undefined {
  return code.split('\n').find((line) => line.includes(`> ${name}`));
}

describe('lower, on loads and stores', () => {
  it('turns a load into a call', () => {
    expect(body('let v = A[i];')).toBe('let v = halftone_load_A(i32(i));');
  });

  it('keeps what follows a load: members and components', () => {
    expect(body('let v = B[i].x + B[i][2];')).toBe('let v = halftone_load_B(i32(i)).x + halftone_load_B(i32(i))[2];');
  });

  it('lowers loads inside the index of another', () => {
    expect(body('let v = A[i32(A[i + i32(A[0])])];')).toBe(
      'let v = halftone_load_A(i32(i32(halftone_load_A(i32(i + i32(halftone_load_A(i32(0))))))));',
    );
  });

  it('turns a store into a call', () => {
    expect(body('result[i] = 1.0;')).toBe('halftone_store_result(i32(i) , 1.0);');
  });

  it('lowers loads on both sides of a store', () => {
    expect(body('result[i32(A[i])] = result[i] * A[1];')).toBe(
      'halftone_store_result(i32(i32(halftone_load_A(i32(i)))) , halftone_load_result(i32(i)) * halftone_load_A(i32(1)));',
    );
  });

  it('evaluates the index of a compound assignment once, and reads the old value before the new one is computed', () => {
    expect(body('result[i] += A[i] + 1.0;')).toBe(
      '{ let halftone_at = i32(i); halftone_store_result(halftone_at, halftone_load_result(halftone_at) + ( halftone_load_A(i32(i)) + 1.0)); }',
    );
  });

  it.each(['-', '*', '/', '%'])('knows the compound operator %s=', (sign) => {
    expect(body(`result[i] ${sign}= 2.0;`)).toContain(`halftone_load_result(halftone_at) ${sign} ( 2.0))`);
  });

  it('lowers a plain store in the header of a loop', () => {
    expect(body('for (result[0] = 0.0; result[0] < 3.0; result[0] = result[0] + 1.0) {}')).toBe(
      'for (halftone_store_result(i32(0) , 0.0); halftone_load_result(i32(0)) < 3.0; halftone_store_result(i32(0) , halftone_load_result(i32(0)) + 1.0)) {}',
    );
  });

  it('reads conditions, selectors, returns and calls', () => {
    const text =
      'if A[0] > 0.0 { return; } else if (A[1] > 0.0) { f(A[2]); } switch i32(A[3]) { case 1, 2: { g(A[4]); } default { } } while A[5] < 1.0 { loop { continuing { break if A[6] > 0.0; } } } _ = A[7];';
    const loads = body(`${text} let end = 0;`.replaceAll('}', '} ')).match(/halftone_load_A\(i32\(\d\)\)/g);
    expect(loads).toHaveLength(8);
  });

  it('leaves the length of an array of vectors, which stays right', () => {
    expect(body('let n = arrayLength(&B);')).toBe('let n = arrayLength(&B);');
  });

  it('leaves bindings that were not asked for', () => {
    expect(body('result[i] = A[i];', { A: 'f16' })).toBe('result[i] = halftone_load_A(i32(i));');
  });
});

describe('lower, on names', () => {
  it('leaves a parameter, a local variable and a loop variable that hide a binding, as far as they reach', () => {
    expect(body('{ var A = array<f32, 2>(); A[0] = A[1]; } let v = A[i];')).toBe(
      '{ var A = array<f32, 2>(); A[0] = A[1]; } let v = halftone_load_A(i32(i));',
    );
    expect(body('for (var A = 0; A < 2; A++) { f(A); } f(A[0]);')).toBe(
      'for (var A = 0; A < 2; A++) { f(A); } f(halftone_load_A(i32(0)));',
    );
    const { code } = lower(`${HEAD}fn f(A : vec4<f32>) -> f32 { return A[0]; }\nfn g() -> f32 { return A[0]; }\n`, {
      bindings: { A: 'f16' },
    });
    expect(code).toContain('fn f(A : vec4<f32>) -> f32 { return A[0]; }\nfn g() -> f32 { return halftone_load_A(i32(0)); }');
  });

  it('reads the binding in the initial value of the variable that then hides it', () => {
    expect(body('let A = A[i]; f(A);')).toBe('let A = halftone_load_A(i32(i)); f(A);');
  });

  it('leaves members, comments and struct fields of the same name', () => {
    expect(body('f(uniforms.A, v.A[0]); // A[0]\n /* A[1] /* A[2] */ A[3] */ g(A /* [9] */ [4]);')).toBe(
      'f(uniforms.A, v.A[0]); // A[0]\n /* A[1] /* A[2] */ A[3] */ g(halftone_load_A /* [9] */ (i32(4)));',
    );
    expect(lower(`${HEAD}struct S { A : f32, B : array<f32, 4> };\n`, { bindings: ALL }).code).toContain(
      'struct S { A : f32, B : array<f32, 4> };',
    );
  });

  it('knows names beyond ASCII', () => {
    expect(body('let größe = A[i]; let ΔA = A[größe];')).toBe('let größe = halftone_load_A(i32(i)); let ΔA = halftone_load_A(i32(größe));');
  });

  it('gives helpers names that the shader does not mention', () => {
    const { code } = lower(`${HEAD}fn main() { let halftone_load_A = A[0]; }`, { bindings: { A: 'f16' } });
    expect(code).toContain('let halftone_load_A = halftone1_load_A(i32(0));');
  });

  it('works for bindings named like its own parameters', () => {
    const { code } = lower('@group(0) @binding(0) var<storage, read_write> value: array<f32>;\nfn f(i : u32) { value[i] = value[i]; }', {
      bindings: { value: 'packed-f16' },
    });
    expect(code).toContain('fn halftone_store_value(halftone_index : i32, halftone_value : f32)');
  });
});

describe('lower, on declarations', () => {
  const types = (codec: Codec, text: string): (string | undefined)[] => {
    const { code } = lower(`${HEAD}@group(0) @binding(3) var<storage, read_write> C: array<vec2<f32>>;\nfn main() {${text}}`, {
      bindings: { result: codec, A: codec, B: codec, C: codec },
    });
    return ['result', 'A', 'B', 'C'].map((name) => /array<.*>/u.exec(declaration(code, name) ?? '')?.[0]);
  };

  it('declares native halves', () => {
    expect(types('f16', 'result[0] = A[0];')).toEqual(['array<f16>', 'array<f16>', 'array<vec4<f16>>', 'array<vec2<f16>>']);
  });

  it('declares words that hold two halves, atomic where two invocations may store to one', () => {
    expect(types('packed-f16', 'result[0] = A[0];')).toEqual(['array<atomic<u32>>', 'array<u32>', 'array<vec2<u32>>', 'array<u32>']);
    expect(types('bfloat16', 'C[0] = C[1];')).toEqual(['array<u32>', 'array<u32>', 'array<vec2<u32>>', 'array<u32>']);
  });

  it('knows the short names of vectors', () => {
    const { code, lowered } = lower('@group(0) @binding(0) var<storage> A : array<vec4f>;', { bindings: { A: 'f16' } });
    expect(code.split('\n')[0]).toBe('enable f16; @group(0) @binding(0) var<storage> A : array<vec4<f16>>;');
    expect(lowered).toEqual([{ name: 'A', codec: 'f16', element: 'vec4<f32>' }]);
  });

  it('enables f16 once, only for the native codec, and says so', () => {
    expect(lower(HEAD, { bindings: { A: 'f16' } }).enables).toEqual(['f16']);
    expect(lower(HEAD, { bindings: { A: 'packed-f16', B: 'bfloat16' } }).enables).toEqual([]);
    expect(lower(`enable f16;\n${HEAD}`, { bindings: { A: 'f16' } }).code.match(/enable f16/g)).toHaveLength(1);
  });

  it('writes only the helpers that are used, each once', () => {
    const { code } = lower(`${HEAD}fn main() { let v = A[0] + A[1]; }`, { bindings: ALL });
    expect(code.match(/\bfn \w+/g)).toEqual(['fn main', 'fn halftone_widen_float16_1', 'fn halftone_load_A']);
  });
});

describe('applyEdits', () => {
  it('puts texts in their places, in any order', () => {
    const edits = [
      { start: 4, end: 5, text: 'E' },
      { start: 0, end: 1, text: '' },
      { start: 2, end: 2, text: '+' },
    ];
    expect(applyEdits('abcdef', edits)).toBe('b+cdEf');
  });

  it('refuses edits that overlap', () => {
    const edits = [
      { start: 0, end: 2, text: '' },
      { start: 1, end: 3, text: '' },
    ];
    expect(() => applyEdits('abc', edits)).toThrow('must not overlap, got two at offset 1. Report this shader.');
  });
});

describe('lower, as a whole', () => {
  it('returns the same text without bindings, whatever it is', () => {
    expect(lower('not wgsl {{{', { bindings: {} })).toEqual({ code: 'not wgsl {{{', enables: [], lowered: [] });
  });

  it('keeps the lines of the shader where they were', () => {
    const wgsl = `${HEAD}// one\nfn main() {\n  let v = A[\n    0];\n}\n`;
    const lines = lower(wgsl, { bindings: { A: 'f16' } }).code.split('\n');
    expect(lines.findIndex((line) => line.includes('fn main'))).toBe(wgsl.split('\n').findIndex((line) => line.includes('fn main')));
  });

  it('does what its doc comment shows', () => {
    const wgsl = '@group(0) @binding(0) var<storage, read> A : array<f32>;';
    expect(lower(wgsl, { bindings: { A: 'packed-f16' } }).code.trim()).toBe('@group(0) @binding(0) var<storage, read> A : array<u32>;');
  });

  it('is deterministic', () => {
    const request = { bindings: ALL, options: { narrow: 'hardware', overflow: 'saturate' } } as const;
    const wgsl = `${HEAD}fn main() { result[0] = A[0]; }`;
    expect(lower(wgsl, request)).toEqual(lower(wgsl, request));
  });

  it.each<[LowerOptions, string, boolean]>([
    [{ narrow: 'hardware' }, 'pack2x16float', true],
    [{ narrow: 'software' }, 'pack2x16float', false],
    [{ widen: 'hardware' }, 'unpack2x16float', true],
    [{ widen: 'software' }, 'unpack2x16float', false],
    [{ overflow: 'saturate' }, 'halftone_saturate_float16_1', true],
    [{ overflow: 'infinity' }, 'halftone_saturate_float16_1', false],
  ])('follows %o', (options, helper, used) => {
    const { code } = lower(`${HEAD}fn main() { result[0] = A[0]; }`, { bindings: ALL, options });
    expect(new RegExp(`\\b${helper}\\(`, 'u').test(code)).toBe(used);
  });

  it('converts bfloat16 by bits whatever the options say', () => {
    const { code } = lower(`${HEAD}fn main() { result[0] = A[0]; }`, {
      bindings: { A: 'bfloat16', result: 'bfloat16' },
      options: { narrow: 'hardware', widen: 'hardware' },
    });
    expect(code).not.toContain('pack2x16float');
  });
});
