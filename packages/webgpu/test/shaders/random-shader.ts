/** A small shader and what its functions must become, written side by side. */
export interface RandomShader {
  readonly source: string;
  readonly expected: string;
}

const BINDINGS = ['result', 'A', 'x'] as const; // the first is writable; locals take these names too

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Writes nested indices, hidden names, comments, loops and every kind of statement; types are not looked at.
 *
 * @param ownName - whether `let A = A[0];` may read the binding that it then hides: WGSL says that it does, wesl that it does not
 */
export function randomShader(seed: number, { ownName }: { readonly ownName: 'read' | 'avoided' }): RandomShader {
  const writer = new Writer(randomNumbers(seed), ownName);
  for (const [binding, name] of BINDINGS.entries()) {
    writer.both(`@group(0) @binding(${binding}) var<storage, ${binding === 0 ? 'read_write' : 'read'}> ${name} : array<`);
    writer.write('f32', 'f16');
    writer.both('>;\n');
  }
  for (let i = 0; i < 3; i += 1) writer.function(`f${i}`);
  return { source: writer.source, expected: writer.expected };
}

class Writer {
  source = '';
  expected = '';
  readonly #random: () => number;
  readonly #ownName: 'read' | 'avoided';
  #hidden: string[] = [];
  #avoided = '';

  constructor(random: () => number, ownName: 'read' | 'avoided') {
    this.#random = random;
    this.#ownName = ownName;
  }

  write(source: string, expected: string): void {
    this.source += source;
    this.expected += expected;
  }

  both(text: string): void {
    this.write(text, text);
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #blank(): void {
    this.both(this.#pick(['', '', '', ' ', '\n', ' /* A[0] /* x */ ] */ ', ' // result[1] = ;\n']));
  }

  #visible(): string[] {
    return BINDINGS.filter((name) => name !== this.#avoided && !this.#hidden.includes(name));
  }

  function(name: string): void {
    const parameter = this.#pick(['p', 'q', 'A', 'x']);
    this.both(`fn ${name}(${parameter} : i32) -> f32 `);
    this.#hidden = [parameter];
    this.#block(3);
    this.#hidden = [];
    this.both('\n');
  }

  #block(depth: number): void {
    const outside = this.#hidden.length;
    this.both('{ ');
    for (let n = this.#below(4); n >= 0; n -= 1) this.#statement(depth);
    this.both(' }');
    this.#hidden.length = outside;
  }

  #statement(depth: number): void {
    const simple = [
      () => this.#local(),
      () => this.#store(';'),
      () => this.#update(),
      () => this.#call(),
      () => this.#return(),
      () => this.#other(),
    ];
    const nested = [
      () => this.#if(depth),
      () => this.#for(depth),
      () => this.#loop(depth),
      () => this.#switch(depth),
      () => this.#block(depth - 1),
    ];
    this.#pick(depth > 0 ? [...simple, ...nested] : simple)();
    this.#blank();
  }

  #local(): void {
    const name = this.#pick(['a', 'b', ...BINDINGS]);
    this.both(this.#pick([`let ${name} = `, `var ${name} : f32 = `, `var<function> ${name} : array<vec4<f32>, 4> = `]));
    if (this.#ownName === 'avoided') this.#avoided = name;
    this.#expression(3);
    this.#avoided = '';
    this.both('; ');
    this.#hidden.push(name);
  }

  #store(end: string): void {
    if (this.#hidden.includes('result')) return this.both(`result[0] = 1.0${end}`);
    this.write('result', 'halftone_store_result');
    this.#blank();
    this.write('[', '(i32(');
    this.#expression(2);
    this.write('] = ', ') , ');
    this.#expression(3);
    this.write(end, `)${end}`);
  }

  #update(): void {
    if (this.#hidden.includes('result')) return this.both('result += 1.0;');
    const sign = this.#pick(['+', '-', '*', '/', '%']);
    this.write('result[', '{ let halftone_at = i32(');
    this.#expression(2);
    this.write(`]${sign}=`, `);halftone_store_result(halftone_at, halftone_load_result(halftone_at) ${sign} (`);
    this.#expression(3);
    this.write(';', ')); }');
  }

  #call(): void {
    this.both('call(');
    this.#expression(2);
    this.both(', ');
    this.#expression(2);
    this.both('); ');
  }

  #return(): void {
    this.both('if true { return ');
    this.#expression(3);
    this.both('; }');
  }

  #other(): void {
    this.both(this.#pick(['_ = ', 'tile[0] = ', 'tile[1].x += ', '*(p) = ', 'tile[', ';_ = ']));
    if (this.source.endsWith('tile[')) {
      this.#expression(2);
      this.both('] = ');
    }
    this.#expression(2);
    this.both('; ');
  }

  #if(depth: number): void {
    this.both('if (');
    this.#expression(2);
    this.both(' < 1.0) ');
    this.#block(depth - 1);
    if (this.#random() < 0.5) {
      this.both(' else if ');
      this.#expression(2);
      this.both(' > 1.0 ');
      this.#block(depth - 1);
    }
    this.both(' else ');
    this.#block(depth - 1);
  }

  #for(depth: number): void {
    const outside = this.#hidden.length;
    this.both('for (');
    if (this.#random() < 0.6) this.#local();
    else this.#store('; ');
    this.#expression(2);
    this.both('; ');
    if (this.#random() < 0.5) this.#store('');
    this.both(') ');
    this.#block(depth - 1);
    this.#hidden.length = outside;
  }

  #loop(depth: number): void {
    const outside = this.#hidden.length;
    this.both('loop { ');
    this.#statement(depth - 1);
    this.both(' continuing { ');
    const inside = this.#hidden.length;
    this.#statement(0);
    this.both(' break if ');
    this.#expression(2);
    this.both(' > 0.0; } }');
    this.#hidden.length = Math.min(inside, outside);
  }

  #switch(depth: number): void {
    this.both('switch i32(');
    this.#expression(2);
    this.both(') { case 1, 2: ');
    this.#block(depth - 1);
    this.both(' case 3 ');
    this.#block(depth - 1);
    this.both(' default: ');
    this.#block(depth - 1);
    this.both(' }');
  }

  #expression(depth: number): void {
    if (depth === 0) return this.both(this.#pick(['0', '1.5', '0x1p-3f', 'a', 'v.A', 'v.x[2]', '7u', ...this.#hidden]));
    const visible = this.#visible();
    const inner = depth - 1;
    const kind = this.#below(visible.length > 0 ? 7 : 4);
    if (kind === 0) return this.#expression(0);
    if (kind === 1) return this.#around(inner, '-(', ')');
    if (kind === 2) return this.#pair(inner, 'vec4<f32>(max(', ', ', '), 0.0, 1.0, 2.0).y');
    if (kind === 3) return this.#pair(inner, '', this.#pick([' + ', ' * ', '+', ' / ', ' % ']), '');
    const name = this.#pick(visible);
    this.write(name, `halftone_load_${name}`);
    this.#blank();
    this.write('[', '(i32(');
    this.#expression(inner);
    this.write(']', '))');
    this.both(this.#pick(['', '', '.x', '[1]']));
  }

  #around(depth: number, before: string, after: string): void {
    this.both(before);
    this.#expression(depth);
    this.both(after);
  }

  #pair(depth: number, before: string, between: string, after: string): void {
    this.#around(depth, before, between);
    this.#expression(depth);
    this.both(after);
  }
}
