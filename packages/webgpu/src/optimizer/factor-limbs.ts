/** A factor as {limbs of 12 bits, lowest first; exponent}: factor = (Σ limb_k × 2^12k) × 2^exponent, 53 bits with the top one set. */
export interface FactorLimbs {
  readonly limbs: readonly [number, number, number, number, number];
  readonly exponent: number;
}

/** Takes a double above 0 apart, without rounding. */
export function factorLimbs(factor: number): FactorLimbs {
  const bits = new BigUint64Array(new Float64Array([factor]).buffer)[0] ?? 0n;
  let exponent = Number((bits >> 52n) & 2047n);
  let mantissa = bits & 0xfffffffffffffn;
  if (exponent === 0) {
    exponent = 1;
    while (mantissa < 1n << 52n) {
      mantissa <<= 1n;
      exponent -= 1;
    }
  } else {
    mantissa |= 1n << 52n;
  }
  const limb = (k: bigint): number => Number((mantissa >> (12n * k)) & 0xfffn);
  return { limbs: [limb(0n), limb(1n), limb(2n), limb(3n), limb(4n)], exponent: exponent - 1075 };
}

/**
 * fround(scale × factor) for a float32 scale and a double factor, bit for bit as JavaScript computes it: the exact product of
 * 77 bits is rounded to 53 bits and then to 24. Whole numbers only, so no compiler can fuse or reorder it into something else.
 * A product that is not finite is not adopted, the rest is kept between the bounds.
 */
export const SCALE_TIMES = `
fn scaleTimes(scale : f32, f0 : u32, f1 : u32, f2 : u32, f3 : u32, f4 : u32, exponent : i32) -> f32 {
  let bits = bitcast<u32>(scale);
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  let low = mantissa & 0xfffu;
  let high = mantissa >> 12u;
  let c0 = low * f0;
  let c1 = (c0 >> 12u) + low * f1 + high * f0;
  let c2 = (c1 >> 12u) + low * f2 + high * f1;
  let c3 = (c2 >> 12u) + low * f3 + high * f2;
  let c4 = (c3 >> 12u) + low * f4 + high * f3;
  let c5 = (c4 >> 12u) + high * f4;
  let c6 = c5 >> 12u;
  var lost = (c0 & 0xfffu) | ((c1 & 0xfffu) << 12u);
  var middle = (c2 & 0xfffu) | ((c3 & 0xfffu) << 12u) | ((c4 & 0x1fu) << 24u);
  var top = ((c4 & 0xfffu) >> 5u) | ((c5 & 0xfffu) << 7u) | (c6 << 19u);
  var biased = i32((bits >> 23u) & 255u) + exponent + 53;
  if ((top & 0x800000u) == 0u) {
    top = (top << 1u) | (middle >> 28u);
    middle = ((middle << 1u) & 0x1fffffffu) | (lost >> 23u);
    lost = (lost << 1u) & 0xffffffu;
    biased = biased - 1;
  }
  if (lost > 0x800000u || (lost == 0x800000u && (middle & 1u) == 1u)) { middle = middle + 1u; }
  if (middle == 0x20000000u) { middle = 0u; top = top + 1u; }
  if (middle > 0x10000000u || (middle == 0x10000000u && (top & 1u) == 1u)) { top = top + 1u; }
  if (top == 0x1000000u) { top = 0x800000u; biased = biased + 1; }
  if (biased > 254) { return scale; }
  if (biased < 1) { return params.minScale; }
  return clamp(bitcast<f32>((u32(biased) << 23u) | (top & 0x7fffffu)), params.minScale, params.maxScale);
}`;
