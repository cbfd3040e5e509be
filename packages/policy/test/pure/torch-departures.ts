/** Operations of torch whose result has another format under our table, with the reason. */
export interface Departure {
  readonly device: 'cpu' | 'cuda';
  readonly autocast: 'float16' | 'bfloat16';
  /** Names as `golden/autocast/table.json` gives them. */
  readonly ops: readonly string[];
  readonly reason: string;
}

const CAST = 'to tfjs every tensor is float32 already, so its Cast changes nothing; toStorage() is the explicit cast';
const NO_FLOAT64 = 'tfjs has no float64, so nobody can ask for it';
const COMPLEX = 'tfjs has complex64 alone, made of two float32';
const CPU_LIST = "torch's list for the CPU is made for bfloat16 and leaves overflow in float16 to the user; ours follows its CUDA list";
const CPU_LIST_OPS: readonly string[] =
  'exp expm1 log log1p pow2.5 pow_tensor square rsqrt reciprocal softplus softmax log_softmax sin cos tan asin acos atan sinh cosh sum sum_dim mean cumsum cumprod upsample_bilinear'.split(
    ' ',
  );
const SCATTER = 'it is the gradient of a gather: many rows add up in one, and mixed inputs are no error';
const NEAREST = 'it copies pixels; only its gradient sums, and that row keeps a float32 accumulator';
const NORM = 'a float32 activation with half statistics stays float32 where torch refuses the mix';
const CPU_POOL = "torch's CPU lacks the half kernel; a float32 accumulator for the window is enough";
const CPU_PAD = "torch's CPU lacks the half kernel; padding only moves values";

/** The GPU is what the table is for: its float16 column follows torch's CUDA list but for these. */
export const departures: readonly Departure[] = [
  {
    device: 'cuda',
    autocast: 'float16',
    ops: ['sin', 'cos', 'atan'],
    reason: 'WGSL promises only an absolute error of 2^-7 for these in float16',
  },
  {
    device: 'cuda',
    autocast: 'float16',
    ops: ['mean'],
    reason: 'it sums before it divides, and tfjs builds moments from it; TensorFlow denies it too',
  },
  { device: 'cuda', autocast: 'float16', ops: ['index_add'], reason: SCATTER },
  { device: 'cuda', autocast: 'float16', ops: ['upsample_nearest'], reason: NEAREST },
  { device: 'cuda', autocast: 'float16', ops: ['to_float32', 'to_half'], reason: CAST },
  { device: 'cuda', autocast: 'float16', ops: ['sum_dtype64'], reason: NO_FLOAT64 },
  { device: 'cuda', autocast: 'float16', ops: ['complex'], reason: COMPLEX },
  {
    device: 'cuda',
    autocast: 'bfloat16',
    ops: ['log', 'log1p', 'square', 'rsqrt', 'reciprocal', 'softplus', 'sum', 'sum_dim', 'cumsum'],
    reason: "bfloat16 has the range of float32: float32 maths inside is enough, as in TensorFlow's list for bfloat16",
  },
  {
    device: 'cuda',
    autocast: 'bfloat16',
    ops: ['upsample_bilinear'],
    reason: "TensorFlow's list for bfloat16 lets it pass; range is no concern",
  },
  { device: 'cuda', autocast: 'bfloat16', ops: ['upsample_nearest'], reason: NEAREST },
  { device: 'cuda', autocast: 'bfloat16', ops: ['to_float32', 'to_half'], reason: CAST },
  { device: 'cuda', autocast: 'bfloat16', ops: ['sum_dtype64'], reason: NO_FLOAT64 },
  {
    device: 'cpu',
    autocast: 'float16',
    ops: CPU_LIST_OPS,
    reason: CPU_LIST,
  },
  { device: 'cpu', autocast: 'float16', ops: ['avg_pool3d'], reason: CPU_POOL },
  { device: 'cpu', autocast: 'float16', ops: ['batch_norm_train', 'batch_norm_eval'], reason: NORM },
  { device: 'cpu', autocast: 'float16', ops: ['pad_reflect'], reason: CPU_PAD },
  { device: 'cpu', autocast: 'float16', ops: ['index_add'], reason: SCATTER },
  { device: 'cpu', autocast: 'float16', ops: ['to_float32', 'to_half'], reason: CAST },
  { device: 'cpu', autocast: 'float16', ops: ['sum_dtype64'], reason: NO_FLOAT64 },
  { device: 'cpu', autocast: 'float16', ops: ['complex'], reason: COMPLEX },
  {
    device: 'cpu',
    autocast: 'bfloat16',
    ops: ['exp', 'expm1', 'pow2.5', 'pow_tensor', 'tan', 'asin', 'acos', 'sinh', 'cosh', 'softmax', 'log_softmax', 'cumprod'],
    reason: 'steep or unbounded functions, where 8 bits of an input show in the result; torch denies them on CUDA',
  },
  { device: 'cpu', autocast: 'bfloat16', ops: ['avg_pool3d'], reason: CPU_POOL },
  { device: 'cpu', autocast: 'bfloat16', ops: ['batch_norm_train', 'batch_norm_eval'], reason: NORM },
  { device: 'cpu', autocast: 'bfloat16', ops: ['pad_reflect'], reason: CPU_PAD },
  { device: 'cpu', autocast: 'bfloat16', ops: ['index_add'], reason: SCATTER },
  { device: 'cpu', autocast: 'bfloat16', ops: ['to_float32', 'to_half'], reason: CAST },
  { device: 'cpu', autocast: 'bfloat16', ops: ['sum_dtype64'], reason: NO_FLOAT64 },
  { device: 'cpu', autocast: 'bfloat16', ops: ['complex'], reason: COMPLEX },
];
