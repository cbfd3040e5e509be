import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAccesses } from '../../src/lowering/find-accesses.ts';
import { lower, LoweringError } from '../../src/lowering/index.ts';
import { tokenAt } from '../../src/lowering/source.ts';
import { tokenize } from '../../src/lowering/tokens.ts';
import { randomNumbers, randomShader } from '../shaders/random-shader.ts';
import { floatBindings, readShaders } from '../shaders/read-shaders.ts';
import { usesByWesl } from '../shaders/wesl-oracle.ts';

const SEED = 20_240_611;
const run = (property: fc.IProperty<[number]>, numRuns: number): void => fc.assert(property, { seed: SEED, numRuns });

const HEAD = `@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read> A: array<f32>;
`;
const GENERATED = { result: 'f16', A: 'f16', x: 'f16' } as const;
const BINDINGS = { result: 'f16', A: 'f16' } as const;
const SOUP =
  'A result [ ] ( ) { } ; , . : = == += ++ & && < > * + - @ -> 0 1.5 x a f32 vec4 array let var const if else for while loop continuing switch case default return break fn struct arrayLength /*c*/ //l\n'.split(
    ' ',
  );

/** Where the bindings are used according to us; `null` if we refuse. Anything but a refusal fails the test. */
function ours(wgsl: string, bindings: Readonly<Record<string, 'f16'>>): string[] | null {
  try {
    lower(wgsl, { bindings });
    const { source, accesses } = findAccesses(wgsl, bindings);
    return accesses.map(({ kind, name }) => `${kind} ${tokenAt(source, name).start}`).sort();
  } catch (error) {
    if (error instanceof LoweringError) return null;
    throw error;
  }
}

/** The same according to wesl; `null` if that is not WGSL to it. */
function theirs(wgsl: string, bindings: Readonly<Record<string, string>>): string[] | null {
  try {
    return usesByWesl(wgsl)
      .filter(({ name }) => Object.hasOwn(bindings, name))
      .map(({ kind, start }) => `${kind} ${start}`)
      .sort();
  } catch {
    return null;
  }
}

/** Uses that we may not touch and that stay right: the length of an array of vectors. */
const withoutLengths = (uses: string[], wgsl: string): string[] =>
  uses.filter((use) => !(use.startsWith('other') && /arrayLength\s*\(\s*&\s*$/u.test(wgsl.slice(0, Number(use.split(' ')[1])))));

describe('lower, on random text', { timeout: 60_000 }, () => {
  it.each(['read', 'avoided'] as const)('lowers generated shaders to what the generator wrote beside them (own name %s)', (ownName) => {
    let count = 0;
    run(
      fc.property(fc.integer(), (seed) => {
        const { source, expected } = randomShader(seed, { ownName });
        const { code } = lower(source, { bindings: GENERATED });
        expect(code.slice(0, 'enable f16; '.length + expected.length)).toBe(`enable f16; ${expected}`);
        count += 1;
      }),
      150,
    );
    expect(count).toBeGreaterThanOrEqual(150);
  });

  it('finds in generated shaders what wesl finds', () => {
    let accesses = 0;
    run(
      fc.property(fc.integer(), (seed) => {
        const { source } = randomShader(seed, { ownName: 'avoided' });
        const found = ours(source, GENERATED);
        expect(found).toEqual(theirs(source, GENERATED));
        accesses += found?.length ?? 0;
      }),
      80,
    );
    expect(accesses).toBeGreaterThan(2000);
  });

  it('lowers token soup as wesl reads it, or refuses', () => {
    let understood = 0;
    run(
      fc.property(fc.integer(), (seed) => {
        const random = randomNumbers(seed);
        const soup = Array.from({ length: 1 + Math.floor(random() * 12) }, () => SOUP[Math.floor(random() * SOUP.length)]).join(' ');
        const wgsl = `${HEAD}fn main() { ${soup} }`;
        const found = ours(wgsl, BINDINGS);
        const wanted = theirs(wgsl, BINDINGS);
        if (found === null || wanted === null) return;
        understood += 1;
        expect(found, wgsl).toEqual(wanted);
      }),
      4000,
    );
    expect(understood).toBeGreaterThan(15);
  });

  it('lowers a shader of tfjs with one token lost, doubled or exchanged as wesl reads it, or refuses', () => {
    const shaders = readShaders().filter((shader) => Object.keys(floatBindings(shader, 'f16')).length > 0);
    let [understood, refused] = [0, 0];
    run(
      fc.property(fc.integer(), (seed) => {
        const random = randomNumbers(seed);
        const shader = shaders[Math.floor(random() * shaders.length)];
        if (shader === undefined) return;
        const tokens = tokenize(shader.code);
        const at = tokens[Math.floor(random() * (tokens.length - 1))];
        const other = tokens[Math.floor(random() * (tokens.length - 1))];
        if (at === undefined || other === undefined) return;
        const text = ['', `${at.text} ${at.text}`, other.text][Math.floor(random() * 3)] ?? '';
        const wgsl = `${shader.code.slice(0, at.start)} ${text} ${shader.code.slice(at.end)}`;
        const bindings = floatBindings(shader, 'f16') as Record<string, 'f16'>;
        const found = ours(wgsl, bindings);
        if (found === null) refused += 1;
        const wanted = found === null ? null : theirs(wgsl, bindings);
        if (found === null || wanted === null) return;
        understood += 1;
        expect(found, `${shader.label}: ${wgsl.slice(Math.max(0, at.start - 60), at.end + 60)}`).toEqual(withoutLengths(wanted, wgsl));
      }),
      500,
    );
    expect(understood).toBeGreaterThan(25);
    expect(refused).toBeGreaterThan(25);
  });

  it('needs less than a second of the processor for a hundred kilobytes of anything', () => {
    const texts = '( { [ A[ A[0]+ /* /**/ if_a_{ let_A_=_A[0]; &( < vec4< @a( 0 é a. _ //~ _//~_/**/ ~ A[0]_=_A[0]; x.A = && "'
      .split(' ')
      .map((text) => text.replaceAll('_', ' ').replaceAll('~', '\n'));
    for (const text of texts) {
      const before = process.cpuUsage();
      ours(`${HEAD}fn main() { ${text.repeat(100_000 / text.length)}`, BINDINGS);
      ours(`${HEAD}${text.repeat(100_000 / text.length)}`, BINDINGS);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6, text).toBeLessThan(1);
    }
  });
});
