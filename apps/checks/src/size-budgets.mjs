/**
 * What one named import may cost in a web page: bytes after bundling, minifying and brotli, without tfjs.
 * @typedef {{ readonly package: string, readonly names: string, readonly bytes: number }} SizeBudget
 */

/**
 * Set a little above what was measured; `npm run release:dry` prints both. A budget goes up only in a change that says why.
 *
 * @type {readonly SizeBudget[]}
 */
export const sizeBudgets = [
  { package: 'float16', names: 'encode', bytes: 2700 },
  { package: 'float16', names: 'decode', bytes: 1400 },
  { package: 'float16', names: 'round', bytes: 2700 },
  { package: 'float16', names: 'summarize', bytes: 2700 },
  { package: 'loss-scale', names: 'dynamicLossScale', bytes: 1200 },
  { package: 'loss-scale', names: 'noLossScale', bytes: 900 },
  { package: 'policy', names: 'policy', bytes: 4800 },
  { package: 'policy', names: 'kernelClass', bytes: 3200 },
  { package: 'autocast', names: 'autocast', bytes: 6500 },
  { package: 'optimizer', names: 'mixedPrecisionOptimizer', bytes: 15_500 },
  { package: 'optimizer', names: 'gradScaler', bytes: 17_000 },
  { package: 'emulate', names: 'useEmulated', bytes: 17_500 },
  { package: 'webgpu', names: 'useWebGPU', bytes: 73_000 },
  { package: 'models', names: 'mixedPrecision', bytes: 29_500 },
  { package: 'models', names: 'saveHalf', bytes: 14_500 },
  { package: 'models', names: 'loadHalfLayersModel', bytes: 16_500 },
  { package: 'models', names: 'readSafetensors', bytes: 6100 },
  { package: 'models', names: 'saveCheckpoint', bytes: 20_000 },
];
