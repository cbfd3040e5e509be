import { int32 } from './library.mjs';
import { moves } from './moves.mjs';
import { products } from './products.mjs';
import { windows } from './windows.mjs';
import { everyValue, randomNumbers } from './numbers.mjs';

/** @typedef {import('./library.mjs').Call} Call */
/** @typedef {'float16' | 'bfloat16'} Format */

/** One input, every value of the format. */
const unary = `Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Expm1 Floor IsFinite IsInf IsNan LeakyRelu Log Log1p Neg
  Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Square Tan Tanh OnesLike ZerosLike Identity`;
/** Two inputs of one shape. */
const binary = `Add AddV2 Atan2 Div DivNoNan EluGrad Equal FloorDiv FloorMod Greater GreaterEqual LeakyReluGrad Less LessEqual Maximum
  Minimum Mul NotEqual Pow RealDiv Relu6Grad ReluGrad RsqrtGrad SeluGrad SigmoidGrad SoftplusGrad SqrtGrad SquaredDifference Sub TanhGrad`;
const PAIRS = 65_536;
/** Sums of four thousand numbers: an accumulator of 11 or of 8 bits is far off. */
const [ROWS, TERMS] = [32, 4096];

/**
 * The calls that show how an op computes in a format. The results of each are compared with those of the same op in float32.
 *
 * @param {Format} format
 * @returns {Readonly<Record<string, readonly Call[]>>}
 */
export function casesOf(format) {
  const every = everyValue[format];
  const random = randomNumbers(5);
  const pairs = [
    [random.pick(every, PAIRS), random.pick(every, PAIRS)].map((values) => Float32Array.from(values)),
    [random.between(PAIRS, -4, 4), random.between(PAIRS, 0.01, 4)],
  ];
  const cases = {
    ...Object.fromEntries(unary.split(/\s+/).map((op) => [op, [{ op, inputs: [{ x: every, shape: [65_536] }] }]])),
    ...Object.fromEntries(
      binary.split(/\s+/).map((op) => [op, pairs.map((two) => ({ op, inputs: two.map((x) => ({ x, shape: [PAIRS] })) }))]),
    ),
    ...reductions(random),
    ...products(random),
    ...windows(random),
    ...moves(random),
  };
  return /** @type {Record<string, readonly Call[]>} */ (cases);
}

/** @param {ReturnType<typeof randomNumbers>} random */
function reductions(random) {
  const small = { x: random.between(ROWS * TERMS, 0, 1), shape: [ROWS, TERMS] };
  const ones = { x: new Float32Array(ROWS * TERMS).fill(1), shape: [ROWS, TERMS] };
  /** Their sum is more than a half can be, their mean is not. */
  const large = { x: random.between(ROWS * TERMS, 500, 1000), shape: [ROWS, TERMS] };
  const nearOne = { x: random.between(ROWS * 256, 0.9, 1.1), shape: [ROWS, 256] };
  const last = { int32: [1], shape: [1] };
  /** The library takes other ways for the first axes, the middle ones and all of them. */
  const over = (
    /** @type {string} */ op,
    /** @type {readonly { readonly x: Float32Array, readonly shape: readonly number[] }[]} */ inputs,
  ) => {
    const attributes = { keep_dims: ['bool', false] };
    const ways = inputs.flatMap(({ x, shape: [rows = 1, terms = 1] }) => [
      [{ x, shape: [rows, terms] }, last],
      [
        { x, shape: [terms, rows] },
        { int32: [0], shape: [1] },
      ],
      [
        { x, shape: [rows / 8, 16, terms / 16, 8] },
        { int32: [1, 2], shape: [2] },
      ],
      [
        { x: x.slice(0, terms), shape: [terms / 16, 16] },
        { int32: [0, 1], shape: [2] },
      ],
    ]);
    return { [op]: ways.map((two) => ({ op, inputs: two, attributes })) };
  };
  const scan = (/** @type {string} */ op, /** @type {object} */ x) => ({
    [op]: [{ op, inputs: [x, { int32: [1], shape: [] }], attributes: { exclusive: ['bool', false], reverse: ['bool', false] } }],
  });
  const ids = { int32: Array.from({ length: TERMS }, (_, i) => i % 4), shape: [TERMS] };
  return {
    ...over('Sum', [small, ones]),
    ...over('Mean', [small, ones, large]),
    ...over('Prod', [nearOne]),
    ...over('Max', [small]),
    ...over('Min', [small]),
    ...scan('Cumsum', small),
    ...scan('Cumprod', nearOne),
    L2Loss: [{ op: 'L2Loss', inputs: [small] }],
    ArgMax: [{ op: 'ArgMax', inputs: [small, { int32: [1], shape: [] }], attributes: { output_type: int32 } }],
    ArgMin: [{ op: 'ArgMin', inputs: [small, { int32: [1], shape: [] }], attributes: { output_type: int32 } }],
    UnsortedSegmentSum: [
      { op: 'UnsortedSegmentSum', inputs: [{ x: small.x.slice(0, TERMS), shape: [TERMS] }, ids, { int32: [4], shape: [] }] },
    ],
    AddN: [
      {
        op: 'AddN',
        inputs: Array.from({ length: 64 }, () => ({ x: random.between(256, 0, 1), shape: [256] })),
        attributes: { N: ['int', 64] },
      },
    ],
  };
}
