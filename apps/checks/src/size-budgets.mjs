/**
 * What one named import may cost in a web page: bytes after bundling, minifying and brotli, without tfjs.
 * @typedef {{ readonly package: string, readonly names: string, readonly bytes: number }} SizeBudget
 */

/** @type {readonly SizeBudget[]} */
export const sizeBudgets = [
  { package: 'float16', names: 'encode', bytes: 1800 },
  { package: 'float16', names: 'decode', bytes: 1000 },
  { package: 'float16', names: 'round', bytes: 1800 },
  { package: 'float16', names: 'summarize', bytes: 1000 },
  { package: 'loss-scale', names: 'dynamicLossScale', bytes: 1500 },
  { package: 'loss-scale', names: 'noLossScale', bytes: 500 },
  { package: 'policy', names: 'policy', bytes: 1500 },
  { package: 'policy', names: 'kernelClass', bytes: 6000 },
  { package: 'autocast', names: 'autocast', bytes: 10_000 },
  { package: 'optimizer', names: 'mixedPrecisionOptimizer', bytes: 20_000 },
  { package: 'optimizer', names: 'gradScaler', bytes: 20_000 },
  { package: 'emulate', names: 'useEmulated', bytes: 25_000 },
  { package: 'webgpu', names: 'useWebGPU', bytes: 45_000 },
];
