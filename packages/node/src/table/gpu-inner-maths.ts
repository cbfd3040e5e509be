import type { HalfPrecision } from '@halftone/policy';

/** What TensorFlow's sources say of a GPU kernel: nobody has measured it. */
export interface GpuInnerMaths {
  /** The formats that it computes in float32 inside. */
  readonly formats: readonly HalfPrecision[];
  readonly source: string;
}

const CUBLAS: GpuInnerMaths = {
  formats: ['float16', 'bfloat16'],
  source: 'cuBLAS with float32 compute: TF_FP16_MATMUL_USE_FP32_COMPUTE is on by default; for bfloat16 cublasGemmEx has no other',
};
const CUDNN: GpuInnerMaths = {
  formats: ['float16', 'bfloat16'],
  source: 'cuDNN with float32 accumulators: TF_FP16_CONV_USE_FP32_COMPUTE is on by default and holds for both (GetConvAccumulatorType)',
};
const STATISTICS: GpuInnerMaths = {
  formats: ['float16', 'bfloat16'],
  source: 'the op takes and gives float32 statistics, scale and offset (U), and cuDNN computes in their type',
};

/** GPU kernels that are known to compute in float32 inside; all others count as not doing so. */
export const gpuInnerMaths: Readonly<Record<string, GpuInnerMaths>> = {
  MatMul: CUBLAS,
  BatchMatMulV2: CUBLAS,
  Einsum: CUBLAS,
  Conv2D: CUDNN,
  Conv2DBackpropInput: CUDNN,
  Conv2DBackpropFilter: CUDNN,
  Conv3D: CUDNN,
  Conv3DBackpropInputV2: CUDNN,
  Conv3DBackpropFilterV2: CUDNN,
  FusedBatchNormV3: STATISTICS,
  FusedBatchNormGradV3: STATISTICS,
  Mean: { formats: ['float16'], source: 'half means are summed in float32 (reduction_gpu_kernels.cu.h)' },
};
