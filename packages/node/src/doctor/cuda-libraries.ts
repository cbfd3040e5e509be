/** One shared library that TensorFlow opens by this exact name when it looks for a GPU. */
export interface CudaLibrary {
  readonly soname: string;
  /** The package of NVIDIA that brings it. */
  readonly part: 'driver' | 'CUDA' | 'cuDNN';
}

/** What one span of TensorFlow's versions asks for. */
export interface CudaNeeds {
  /** First version of the span. */
  readonly since: readonly [major: number, minor: number];
  /** In words, with the versions that TensorFlow was built with. */
  readonly words: string;
  /** The newest compute capability that its kernels were compiled for; the driver compiles the rest for newer cards. Absent: not known. */
  readonly compiledFor?: number;
  readonly libraries: readonly CudaLibrary[];
}

const library = (part: CudaLibrary['part'], ...sonames: readonly string[]): readonly CudaLibrary[] =>
  sonames.map((soname) => ({ soname, part }));
const driver = library('driver', 'libcuda.so.1');
const cuda12 = library(
  'CUDA',
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcurand.so.10',
  'libcusolver.so.11',
  'libcusparse.so.12',
);

/**
 * Newest first. A newer CUDA does not do for an older TensorFlow: the number is part of the name.
 *
 * Source: TensorFlow's list of tested builds (tensorflow.org/install/source#gpu), and the names in its messages "Could not
 * load dynamic library" (tensorflow issues 56413 for 2.9). None of it was run on a GPU by us.
 */
const NEEDS: readonly CudaNeeds[] = [
  {
    since: [2, 18],
    words: 'CUDA 12.5 and cuDNN 9.3, or later of 12 and 9',
    compiledFor: 8.9,
    libraries: [...driver, ...cuda12, ...library('cuDNN', 'libcudnn.so.9')],
  },
  {
    since: [2, 15],
    words: 'CUDA 12.2 or later of 12, and cuDNN 8.9',
    libraries: [...driver, ...cuda12, ...library('cuDNN', 'libcudnn.so.8')],
  },
  {
    since: [2, 5],
    words: 'CUDA 11.2 or later of 11 (11.8 for cards after A100), and cuDNN 8.1 or later of 8; CUDA 12 does not do',
    compiledFor: 7.5,
    libraries: [
      ...driver,
      ...library(
        'CUDA',
        'libcudart.so.11.0',
        'libcublas.so.11',
        'libcublasLt.so.11',
        'libcufft.so.10',
        'libcurand.so.10',
        'libcusolver.so.11',
        'libcusparse.so.11',
      ),
      ...library('cuDNN', 'libcudnn.so.8'),
    ],
  },
];

/** The version of TensorFlow that the npm packages 4.22 bring. */
export const NPM_TENSORFLOW = '2.9.1';

/**
 * The libraries that a version of TensorFlow opens for a GPU, by exact name.
 *
 * Pure.
 *
 * @example
 * cudaNeedsOf('2.9.1').libraries.at(-1)?.soname; // 'libcudnn.so.8'
 */
export function cudaNeedsOf(version: string): CudaNeeds {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const found = NEEDS.find(({ since }) => major > since[0] || (major === since[0] && minor >= since[1]));
  return found ?? (NEEDS.at(-1) as CudaNeeds);
}
