import { unroll } from './unroll.ts';

/** Inner indices of one tile: what is loaded between two barriers. */
const DEPTH = 16;

/** Invocations of a workgroup along columns and rows; each computes 4 x 4 results. */
export interface SharedTile {
  readonly x: number;
  readonly y: number;
}

/**
 * How a product of two matrices is computed through workgroup memory. The functions are WGSL that the kernel brings:
 * `left(row, inner)` and `right(inner, column)` give four neighbours, zero beyond the edge; `along` says along which index.
 */
export interface SharedProduct {
  readonly tile: SharedTile;
  readonly left: 'inner' | 'row';
  readonly right: 'inner' | 'column';
}

/** Memory of the two tiles. Pure. */
export function sharedDeclarations({ tile: { x, y } }: SharedProduct): string {
  return `var<workgroup> leftTile : array<vec4<f32>, ${y * DEPTH}>;
var<workgroup> rightTile : array<vec4<f32>, ${x * DEPTH}>;`;
}

/**
 * WGSL that leaves the products in `sum0` to `sum3`, four columns each, for rows `row` to `row + 3` and columns `column`
 * to `column + 3`; `firstRow` and `firstColumn` are the tile's. `inner` runs from `from` to `to`, the same for all
 * invocations of a workgroup. Pure.
 */
export function sharedLoop(product: SharedProduct, from: string, to: string): string {
  const { tile, left, right } = product;
  const leftAt = left === 'row' ? across('leftTile', tile.y, 'localY') : within('leftTile', 'localY');
  const rightAt = right === 'column' ? across('rightTile', tile.x, 'localX') : within('rightTile', 'localX');
  const a = (i: number, k: number): string => (left === 'inner' ? `a${i}[${k}]` : `a${k}[${i}]`);
  const b = (k: number): string => (right === 'column' ? `b${k}` : `vec4<f32>(b0[${k}], b1[${k}], b2[${k}], b3[${k}])`);
  return `
  let localX = i32(localIndex) % ${tile.x};
  let localY = i32(localIndex) / ${tile.x};
  let row = firstRow + localY * 4;
  let column = firstColumn + localX * 4;
  ${unroll(4, (i) => `var sum${i} = vec4<f32>();`)}
  for (var start = ${from}; start < ${to}; start += ${DEPTH}) {
    ${fill('leftTile', tile.y, tile, left === 'inner' ? 'left(firstRow + outer, start + inner * 4)' : 'left(firstRow + outer * 4, start + inner)', left === 'inner')}
    ${fill('rightTile', tile.x, tile, right === 'inner' ? 'right(start + inner * 4, firstColumn + outer)' : 'right(start + inner, firstColumn + outer * 4)', right === 'inner')}
    workgroupBarrier();
    for (var k = 0; k < ${DEPTH / 4}; k++) {
      ${unroll(4, (i) => `let a${i} = ${leftAt(i)};\nlet b${i} = ${rightAt(i)};`)}
      ${unroll(4, (k) => `{ let line = ${b(k)}; ${unroll(4, (i) => `sum${i} = fma(vec4<f32>(${a(i, k)}), line, sum${i});`)} }`)}
    }
    workgroupBarrier();
  }`;
}

/** A tile of vectors along the outer index: the vector of inner index 4 k + i. */
function across(name: string, lanes: number, lane: string): (i: number) => string {
  return (i) => `${name}[(k * 4 + ${i}) * ${lanes} + ${lane}]`;
}

/** A tile of vectors along the inner index: the vector of outer index 4 lane + i. */
function within(name: string, lane: string): (i: number) => string {
  return (i) => `${name}[(${lane} * 4 + ${i}) * ${DEPTH / 4} + k]`;
}

/** Fills a tile together; neighbours in it are neighbours in memory. */
function fill(name: string, lanes: number, { x, y }: SharedTile, load: string, isInner: boolean): string {
  const [outer, inner] = isInner ? [`slot / ${DEPTH / 4}`, `slot % ${DEPTH / 4}`] : [`slot % ${lanes}`, `slot / ${lanes}`];
  return `for (var slot = i32(localIndex); slot < ${lanes * DEPTH}; slot += ${x * y}) {
      let outer = ${outer};
      let inner = ${inner};
      ${name}[slot] = ${load};
    }`;
}

/** The tile for so many groups of four columns: narrow products get narrow tiles, and the invocations that this saves more rows. Pure. */
export function sharedTile(groups: number, { x, y }: SharedTile): SharedTile {
  let narrow = x;
  while (narrow > 2 && narrow / 2 >= groups) narrow /= 2;
  return { x: narrow, y: Math.min((x * y) / narrow, y * 2) };
}

/** WGSL that stores the rows of one invocation: `store(i, channel group, value)` is called for each that is there. Pure. */
export function sharedStores(width: 1 | 4, columns: string, store: (i: number, group: string, value: string) => string): string {
  return unroll(4, (i) =>
    width === 4
      ? `if (column < ${columns}) { ${store(i, 'column / 4', `sum${i}`)} }`
      : unroll(4, (j) => `if (column + ${j} < ${columns}) { ${store(i, `column + ${j}`, `sum${i}[${j}]`)} }`),
  );
}
