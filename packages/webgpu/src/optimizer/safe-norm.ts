/**
 * The length of a vector of any float32 numbers, in one pass: large, middling and small elements are summed apart, each
 * scaled so that its square is a normal number (Blue, A Portable Fortran Program to Find the Euclidean Norm, 1978; LAPACK's
 * nrm2 does so today). Thresholds leave room for 2^27 elements; every scaling is by a power of two and so exact.
 * `sums` is (large × 2^-84)², middling², (small × 2^90)².
 */
export const SAFE_NORM = `
fn squares1(x : f32) -> vec3<f32> {
  let a = abs(x);
  let large = select(0.0, a * 0x1p-84f, a > 0x1p44f);
  let small = select(0.0, min(a, 0x1p-50f) * 0x1p90f, a < 0x1p-50f);
  let middle = select(a, 0.0, a > 0x1p44f || a < 0x1p-50f);
  return vec3<f32>(large * large, middle * middle, small * small);
}
fn squares4(x : vec4<f32>) -> vec3<f32> {
  let a = abs(x);
  let isLarge = a > vec4<f32>(0x1p44f);
  let isSmall = a < vec4<f32>(0x1p-50f);
  let large = select(vec4<f32>(0.0), a * 0x1p-84f, isLarge);
  let small = select(vec4<f32>(0.0), min(a, vec4<f32>(0x1p-50f)) * 0x1p90f, isSmall);
  let middle = select(a, vec4<f32>(0.0), isLarge | isSmall);
  return vec3<f32>(dot(large, large), dot(middle, middle), dot(small, small));
}`;

/** min(1, limit / norm), from such sums; no number on the way overflows, and none that matters vanishes. */
export const CLIP_FACTOR = `
fn clipFactor(sums : vec3<f32>, limit : f32) -> f32 {
  if (sums.x > 0.0) {
    let root = sqrt(sums.x + (sums.y * 0x1p-84f) * 0x1p-84f);
    return min(((limit * 0x1p-42f) / root) * 0x1p-42f, 1.0);
  }
  if (sums.y > 0.0) {
    let root = sqrt(sums.y + (sums.z * 0x1p-90f) * 0x1p-90f);
    if (limit >= root) { return 1.0; }
    return limit / root;
  }
  if (sums.z > 0.0 && limit < 1.0) {
    let ratio = (limit * 0x1p45f) / sqrt(sums.z);
    if (ratio < 0x1p-45f) { return ratio * 0x1p45f; }
  }
  return 1.0;
}`;

/** A factor that makes everything NaN: what an unchecked norm of infinities is. Put together at run time, since WGSL refuses a constant NaN. */
export const NAN_OF = 'bitcast<f32>(0x7fc00000u | params.zero)';
