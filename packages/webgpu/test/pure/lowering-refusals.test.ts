import { describe, expect, it } from 'vitest';
import type { Codec, RefusalKind } from '../../src/lowering/index.ts';
import { lower, LoweringError } from '../../src/lowering/index.ts';

const HEAD = `@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read> A: array<f32>;
@group(0) @binding(2) var<storage, read_write> B: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<i32>>;
@group(0) @binding(4) var<storage, read> ints: array<i32>;
@group(0) @binding(5) var<storage, read> fixed: array<f32, 4>;
@group(0) @binding(6) var<storage, read> wide: array<vec3<f32>>;
@group(0) @binding(7) var<uniform> uniforms: vec4<f32>;
`;

/** The error of lowering `name` in a shader with this text behind the declarations. */
function refusal(name: string, text: string): LoweringError {
  try {
    lower(HEAD + text, { bindings: { [name]: 'f16' } });
  } catch (error) {
    if (error instanceof LoweringError) return error;
    throw error;
  }
  throw new Error(`not refused: ${text}`);
}

const inMain: [name: string, statement: string, kind: RefusalKind][] = [
  ['A', 'let p = &A;', 'pointer'],
  ['A', 'let p = &A[3];', 'pointer'],
  ['A', 'let p = &(A[3]);', 'pointer'],
  ['A', 'return &((A[3]));', 'pointer'],
  ['A', 'f(&A[3], 1);', 'pointer'],
  ['result', '(result[0]) = 1.0;', 'pointer'],
  ['result', '*&result[0] = 1.0;', 'pointer'],
  ['counts', 'atomicAdd(&counts[0], 1);', 'atomic'],
  ['A', 'let n = arrayLength(&A);', 'array-length'],
  ['A', 'let v = A;', 'whole-array'],
  ['A', 'let v = (A)[0];', 'whole-array'],
  ['A', 'let v = A(0);', 'whole-array'],
  ['B', 'B = B;', 'whole-array'],
  ['B', 'let n = B.x;', 'whole-array'],
  ['B', 'B[0].x = 1.0;', 'component'],
  ['B', 'B[0][1] = 1.0;', 'component'],
  ['B', 'B[0].x += 1.0;', 'component'],
  ['result', 'result[0]++;', 'operator'],
  ['result', 'result[0] &= 1.0;', 'operator'],
  ['result', 'result[0] <<= 1.0;', 'operator'],
  ['result', 'result[0] >>= 1.0;', 'operator'],
  ['result', 'for (; ; result[0] += 1.0) {}', 'header'],
  ['A', 'A[0] = 1.0;', 'read-only'],
  ['ints', 'let v = ints[0];', 'element'],
  ['fixed', 'let v = fixed[0];', 'element'],
  ['wide', 'let v = wide[0];', 'element'],
  ['nothing', 'let v = 0;', 'missing'],
  ['uniforms', 'let v = uniforms[0];', 'missing'],
  ['A', 'let i32 = 0; let v = A[0];', 'name'],
];

describe('lower refuses', () => {
  it.each(inMain)('%s in `%s`: %s', (name, statement, kind) => {
    const error = refusal(name, `fn main() {\n  ${statement}\n}`);
    expect(error.kind).toBe(kind);
    expect(error.binding).toBe(kind === 'name' ? '' : name);
  });

  it.each<[string, RefusalKind]>([
    ['fn main() -> A { }', 'whole-array'],
    ['fn main(v : array<f32, A>) { }', 'whole-array'],
    ['struct S { v : A }', 'whole-array'],
    ['const c = A[0];', 'whole-array'],
    ['fn A() {}', 'name'],
    ['struct A { x : f32 }', 'name'],
    ['fn select(a : f32) {}', 'name'],
    ['alias u32 = i32;', 'name'],
    ['fn main() { let v = A[0; }', 'syntax'],
    ['fn main() { let v = A[0)]; }', 'syntax'],
    ['fn main() { if A[0] > 0.0; }', 'syntax'],
    ['fn main() { switch 1 { when 2 { } } }', 'syntax'],
    ['fn main() {', 'syntax'],
    ['fn main()', 'syntax'],
    ['fn main() { } }', 'syntax'],
    ['class Main { }', 'syntax'],
    ['var<private v : f32;', 'syntax'],
    ['fn main() { let v = "text"; }', 'syntax'],
    ['/* never ends /* */', 'syntax'],
    [`fn main() ${'{'.repeat(200)}${'}'.repeat(200)}`, 'syntax'],
    [`fn main() { let v = ${'('.repeat(20_000)}`, 'syntax'],
  ])('a shader that goes on with `%s`', (text, kind) => {
    expect(refusal('A', text).kind).toBe(kind);
  });

  it('with the line, the text, the reason and what to do', () => {
    const error = refusal('A', 'fn main() {\n  let p = &A[3];\n}');
    expect(error.line).toBe(10);
    expect(error.name).toBe('LoweringError');
    expect(error.message).toBe(
      '[webgpu] binding A has its address taken, got `A[3];` in line 10 of the shader. Keep its tensor in float32.',
    );
  });

  it('a missing binding with the names of those that are there', () => {
    expect(refusal('x', '').message).toContain('got result, A, B, counts, ints, fixed, wide. Keep');
  });

  it('nothing of what only looks alike', () => {
    const text = 'fn main(flag : bool) { let v = flag & (A[0] > 0.0) && A[1] > 0.0; let w = (1 & i32(A[2])); }';
    expect(lower(HEAD + text, { bindings: { A: 'f16' } }).code).toContain(
      'let v = flag & (halftone_load_A(i32(0)) > 0.0) && halftone_load_A(i32(1)) > 0.0;',
    );
  });
});

describe('lower, given wrong arguments', () => {
  it('names the codecs', () => {
    const bindings = { A: 'float16' as Codec };
    expect(() => lower(HEAD, { bindings })).toThrow(
      new TypeError('[webgpu] codec of binding A is unknown, got float16. Use f16, packed-f16, bfloat16.'),
    );
  });

  it('names the choices of an option', () => {
    const options = { narrow: 'exact' as 'software' };
    expect(() => lower(HEAD, { bindings: { A: 'f16' }, options })).toThrow('got exact. Use hardware or software.');
  });

  it('names the options', () => {
    const options = { rounding: 'software' } as object;
    expect(() => lower(HEAD, { bindings: { A: 'f16' }, options })).toThrow('got rounding. Use narrow, widen, overflow.');
  });
});
