import { describe, expect, it } from 'vitest';
import { findAccesses } from '../../src/lowering/find-accesses.ts';
import type { Codec } from '../../src/lowering/index.ts';
import { lower, LoweringError } from '../../src/lowering/index.ts';
import { textAt, tokenAt } from '../../src/lowering/source.ts';
import type { Shader } from '../shaders/read-shaders.ts';
import { floatBindings, readShaders } from '../shaders/read-shaders.ts';
import { parseWithWesl, usesByWesl } from '../shaders/wesl-oracle.ts';

const CODECS: readonly Codec[] = ['f16', 'packed-f16', 'bfloat16'];
const shaders = readShaders();
const withFloats = shaders.filter((shader) => Object.keys(floatBindings(shader, 'f16')).length > 0);

/** Programs of tfjs that cannot be lowered as a whole, with the reason. None is known. */
const REFUSED: Readonly<Record<string, string>> = {};

const title = ({ label, op }: Shader): string => `${label} (${op})`;

describe('the recorded shaders of tfjs', { timeout: 60_000 }, () => {
  it('are many, of nearly all programs, and each distinct', () => {
    expect(new Set(shaders.map(({ label }) => label)).size).toBeGreaterThanOrEqual(70);
    expect(new Set(shaders.map(({ code }) => code)).size).toBe(shaders.length);
    expect(withFloats.length).toBeGreaterThan(150);
  });

  it('are lowered in every codec, but for those with a listed reason', () => {
    const refused: Record<string, string> = {};
    for (const shader of withFloats) {
      for (const codec of CODECS) {
        const bindings = floatBindings(shader, codec);
        try {
          const { lowered } = lower(shader.code, { bindings });
          expect(lowered.map(({ name }) => name)).toEqual(Object.keys(bindings));
        } catch (error) {
          if (!(error instanceof LoweringError)) throw error;
          refused[shader.label] = error.message;
        }
      }
    }
    expect(refused).toEqual(REFUSED);
  });

  it('keep one binding lowered apart from the others', () => {
    for (const shader of withFloats) {
      for (const name of Object.keys(floatBindings(shader, 'f16'))) {
        const { code, lowered } = lower(shader.code, { bindings: { [name]: 'packed-f16' } });
        expect(lowered.map((binding) => binding.name)).toEqual([name]);
        const others = (text: string): string[] =>
          text.split('\n').filter((line) => line.includes('var<storage') && !line.includes(`> ${name}`));
        expect(others(code)).toEqual(others(shader.code));
      }
    }
  });

  it('refuse what is atomic', () => {
    const atomic = shaders.filter(({ code }) => code.includes('array<atomic<i32>>'));
    expect(atomic.length).toBeGreaterThan(5);
    for (const { code } of atomic) expect(() => lower(code, { bindings: { result: 'f16' } })).toThrow('binding result is atomic');
  });

  it('stay the same text without bindings', () => {
    for (const { code } of shaders) expect(lower(code, { bindings: {} }).code).toBe(code);
  });
});

describe('the lowered text', { timeout: 60_000 }, () => {
  it('is the old one, verbatim, when the edits are undone by a search for the new names', () => {
    for (const shader of withFloats) {
      const { code } = lower(shader.code, { bindings: floatBindings(shader, 'packed-f16') });
      const unchanged = unedited(shader);
      let at = 0;
      for (const piece of unchanged) {
        const found = code.indexOf(piece, at);
        expect(found, `${title(shader)}: ${piece.slice(0, 80)}`).toBeGreaterThanOrEqual(at);
        expect(found - at, title(shader)).toBeLessThan(80); // what stands between two pieces is one edit
        at = found + piece.length;
      }
      expect(code.slice(at)).toMatch(/^\n(fn halftone_)?/u);
    }
  });

  it('is WGSL to another parser', () => {
    for (const shader of withFloats) {
      for (const codec of CODECS) parseWithWesl(lower(shader.code, { bindings: floatBindings(shader, codec) }).code);
    }
  });
});

describe('the accesses found', { timeout: 60_000 }, () => {
  it('are those that another parser finds: names, places, indices, loads and stores', () => {
    let count = 0;
    for (const shader of withFloats) {
      const bindings = floatBindings(shader, 'f16');
      const { source, accesses } = findAccesses(shader.code, bindings);
      const ours = accesses
        .map(({ kind, name, open, close }) => ({
          name: textAt(source, name),
          kind,
          start: tokenAt(source, name).start,
          index: shader.code.slice(tokenAt(source, open).end, tokenAt(source, close).start).trim(),
        }))
        .sort((a, b) => a.start - b.start);
      const theirs = usesByWesl(shader.code).filter(({ name }) => Object.hasOwn(bindings, name));
      expect(ours, title(shader)).toEqual(theirs.map((use) => ({ ...use, index: use.index?.trim() })));
      count += ours.length;
    }
    expect(count).toBeGreaterThan(500);
  });
});

/** The pieces of a shader between the tokens that an edit replaces. */
function unedited(shader: Shader): string[] {
  const { source, accesses, bindings } = findAccesses(shader.code, floatBindings(shader, 'f16'));
  const replaced = accesses.flatMap((access) => {
    const tokens = [access.name, access.open, access.close].map((index) => tokenAt(source, index));
    if (access.kind === 'load') return tokens;
    const end = tokenAt(source, access.end);
    return [...tokens, tokenAt(source, access.operator), access.kind === 'store' ? { start: end.start, end: end.start } : end];
  });
  for (const {
    elementText: [start, end],
  } of bindings.values())
    replaced.push({ start, end });
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of replaced.sort((a, b) => a.start - b.start)) {
    pieces.push(shader.code.slice(at, start));
    at = end;
  }
  return [...pieces, shader.code.slice(at)];
}
