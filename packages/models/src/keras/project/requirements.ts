import type { Strategy } from '../hand-over.ts';

/** What every project imports by name. The proof in apps/keras-proof runs with exactly these. */
export const PINS = {
  keras: '3.15.1',
  numpy: '2.4.6',
  safetensors: '0.8.0',
} as const;

/** TensorFlow by strategy: with NVIDIA's libraries, or for TPUs, where an older one is the newest. */
const TENSORFLOW = {
  mirrored: 'tensorflow[and-cuda]==2.21.0',
  multi_worker: 'tensorflow[and-cuda]==2.21.0',
  tpu: 'tensorflow-tpu==2.20.0',
} as const satisfies Readonly<Record<Strategy, string>>;

/** What those bring along, as pip resolved it for Python 3.11 on Linux with CUDA. */
const BROUGHT_ALONG = [
  'absl-py==2.5.1',
  'astunparse==1.6.3',
  'flatbuffers==25.12.19',
  'gast==0.7.0',
  'google-pasta==0.2.0',
  'grpcio==1.85.1',
  'h5py==3.14.0',
  'libclang==18.1.1',
  'ml_dtypes==0.6.0',
  'namex==0.1.0',
  'nvidia-cublas-cu12==12.9.3.13',
  'nvidia-cuda-cupti-cu12==12.9.79',
  'nvidia-cuda-nvcc-cu12==12.9.86',
  'nvidia-cuda-nvrtc-cu12==12.9.86',
  'nvidia-cuda-runtime-cu12==12.9.79',
  'nvidia-cudnn-cu12==9.28.0.42',
  'nvidia-cufft-cu12==11.4.1.4',
  'nvidia-curand-cu12==10.3.10.19',
  'nvidia-cusolver-cu12==11.7.5.82',
  'nvidia-cusparse-cu12==12.5.10.65',
  'nvidia-nccl-cu12==2.32.3',
  'nvidia-nvjitlink-cu12==12.9.86',
  'opt_einsum==3.4.0',
  'optree==0.20.0',
  'packaging==26.3',
  'protobuf==7.36.2',
  'requests==2.34.2',
  'rich==15.0.0',
  'six==1.17.0',
  'termcolor==3.3.0',
  'typing_extensions==4.16.0',
  'wrapt==2.5.2',
] as const;

/**
 * The text of requirements.txt. Pure.
 *
 * On a TPU only what train.py imports is pinned: the rest is as TensorFlow for TPUs wants it.
 */
export function requirements(strategy: Strategy): string {
  const named = [TENSORFLOW[strategy], ...Object.entries(PINS).map(([name, version]) => `${name}==${version}`)];
  const lines =
    strategy === 'tpu'
      ? ['--find-links https://storage.googleapis.com/libtpu-tf-releases/index.html', ...named]
      : [...named, '', '# brought along', ...BROUGHT_ALONG];
  return `${lines.join('\n')}\n`;
}
