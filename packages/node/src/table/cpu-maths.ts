import type { OpAttribute, TfjsBinding } from '../library/tfjs-binding.ts';

/**
 * Whose kernels compute TensorFlow's bfloat16 products, sums and pools on a CPU: oneDNN's sum in float32, Eigen's mostly in bfloat16.
 *
 * oneDNN's are taken where the processor has AVX-512 and `TF_ENABLE_ONEDNN_OPTS` is not 0.
 */
export type CpuMaths = 'onednn' | 'eigen';

/** What the probe calls. */
export type ProbedBinding = Pick<
  TfjsBinding,
  | 'createTensor'
  | 'deleteTensor'
  | 'executeOp'
  | 'tensorDataSync'
  | 'TF_FLOAT'
  | 'TF_ATTR_TYPE'
  | 'TF_ATTR_BOOL'
  | 'TF_ATTR_INT'
  | 'TF_ATTR_STRING'
>;

const BFLOAT16 = 14;
/** Sums of 1,728 positive terms: an accumulator of 8 bits is far off in nearly each of the 128 results. */
const [VOLUME, FILTER, RESULTS] = [[1, 4, 4, 6, 64], [3, 3, 3, 64, 8], 128];

/**
 * Asks the running library by one small convolution, in bfloat16 and in float32.
 *
 * Executes seven ops and waits for them, 1 to 20 ms; leaves no handle behind.
 *
 * @param binding - the native one; its library runs on a CPU
 * @returns `eigen`, the more careful answer, also where it has no such kernel
 */
export function cpuMathsOf(binding: ProbedBinding): CpuMaths {
  const owned: number[] = [];
  const own = (id: number): number => {
    owned.push(id);
    return id;
  };
  const { TF_FLOAT: float32, TF_ATTR_TYPE, TF_ATTR_INT } = binding;
  const run = (name: string, attributes: OpAttribute[], inputs: number[]): number =>
    own(binding.executeOp(name, attributes, inputs, 1)[0]?.id ?? -1);
  const cast = (id: number, from: number, to: number): number => {
    const types = { SrcT: from, DstT: to };
    const attributes = Object.entries(types).map(([name, value]) => ({ name, type: TF_ATTR_TYPE, value }));
    return run('Cast', [...attributes, { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false }], [id]);
  };
  const convolution = (inputs: number[], type: number): number => {
    const ones = ['strides', 'dilations'].map((name) => ({ name, type: TF_ATTR_INT, value: [1, 1, 1, 1, 1] }));
    const padding = { name: 'padding', type: binding.TF_ATTR_STRING, value: 'VALID' };
    return run('Conv3D', [{ name: 'T', type: TF_ATTR_TYPE, value: type }, ...ones, padding], inputs);
  };
  try {
    const narrow = [VOLUME, FILTER].map((shape) => cast(own(binding.createTensor(shape, float32, terms(shape))), float32, BFLOAT16));
    const result = cast(convolution(narrow, BFLOAT16), BFLOAT16, float32);
    const exact = convolution(
      narrow.map((id) => cast(id, BFLOAT16, float32)),
      float32,
    );
    const once = binding.tensorDataSync(cast(cast(exact, float32, BFLOAT16), BFLOAT16, float32));
    const equal = binding.tensorDataSync(result).filter((value, i) => value === once[i]).length;
    return equal > RESULTS / 2 ? 'onednn' : 'eigen';
  } catch {
    return 'eigen';
  } finally {
    for (const id of owned) binding.deleteTensor(id);
  }
}

/** Numbers between 0 and 1 without a pattern (multiples of the golden ratio). */
function terms(shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, (_, i) => (i * 0.618_033_988_749_895) % 1);
}
