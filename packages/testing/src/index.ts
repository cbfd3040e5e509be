export { compareBits, compareClose, compareUlps, type BitOptions, type Comparison, type Numbers } from './compare.ts';
export { deviceNumerics, type DeviceNumerics } from './device-numerics.ts';
export { goldenBytes, goldenJson } from './golden.ts';
export { bitsToFloats, goldenCodec, type GoldenCodec } from './golden-codec.ts';
export { leakCheck, type LeakCheckTensorFlow, type LeakReport } from './leak-check.ts';
export { requireOrSkip, type Availability, type Need } from './require-or-skip.ts';
export { sharedData, sharedFolder } from './shared-data.ts';
export {
  deviceSlack,
  factsOf,
  formatFacts,
  tolerance,
  type CompareFormat,
  type FormatFacts,
  type Tolerance,
  type ToleranceOptions,
} from './tolerance.ts';
export { ulpDistance, ulpOf } from './ulp.ts';
