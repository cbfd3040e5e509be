/**
 * An independent account of the formats, for checking the codecs against. It shares no line and no idea with `src`: the values
 * of a format are listed by the textbook formula in float64, and the code of a number is found by searching that list.
 */

const shapes = {
  float16: { width: 16, exponent: 5, mantissa: 10, top: 'infinity and NaN' },
  bfloat16: { width: 16, exponent: 8, mantissa: 7, top: 'infinity and NaN' },
  float8_e4m3fn: { width: 8, exponent: 4, mantissa: 3, top: 'one NaN' },
  float8_e5m2: { width: 8, exponent: 5, mantissa: 2, top: 'infinity and NaN' },
};

/** Lists every non-negative finite value of a format, in order of its code, and where rounding changes from one to the next. */
export function referenceFormat(name) {
  const { width, exponent, mantissa, top } = shapes[name];
  const bias = Math.pow(2, exponent - 1) - 1;
  const steps = Math.pow(2, mantissa);
  const binades = Math.pow(2, exponent) - (top === 'one NaN' ? 0 : 1);
  const values = [];
  for (let e = 0; e < binades; e++) {
    for (let m = 0; m < steps; m++) {
      values.push(e === 0 ? (m / steps) * Math.pow(2, 1 - bias) : (1 + m / steps) * Math.pow(2, e - bias));
    }
  }
  if (top === 'one NaN') values.pop();
  const last = values.length - 1;
  const midpoints = values.map((v, k) => (k < last ? (v + values[k + 1]) / 2 : v + (v - values[k - 1]) / 2));
  return {
    name,
    values: Float64Array.from(values),
    midpoints: Float64Array.from(midpoints), // k: halfway from value k to the next one
    last,
    signBit: Math.pow(2, width - 1),
    infinity: top === 'one NaN' ? null : last + 1,
    isNaN: (code) => code % Math.pow(2, width - 1) > (top === 'one NaN' ? last : last + 1),
  };
}

/** Whether a magnitude rounds above value k: past the midpoint, or on it when k is odd (a tie goes to the even code). */
function above(format, k, size) {
  const midpoint = format.midpoints[k];
  return size > midpoint || (size === midpoint && k % 2 === 1);
}

/** The code that a magnitude (not NaN) rounds to, to nearest even; `last + 1` stands for everything beyond the largest value. */
export function nearestIndex(format, size) {
  let low = 0;
  let high = format.last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (above(format, middle, size)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The largest value of the format that is not above a magnitude. */
export function lowerIndex(format, size) {
  let low = 0;
  let high = format.last;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (format.values[middle] <= size) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Both answers for ascending magnitudes, walking along the list instead of searching it. */
export function walkAscending(format, sizes, nearest, lower) {
  let n = nearestIndex(format, sizes[0]);
  let l = lowerIndex(format, sizes[0]);
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i];
    while (n <= format.last && above(format, n, size)) n++;
    while (l < format.last && format.values[l + 1] <= size) l++;
    nearest[i] = n;
    lower[i] = l;
  }
}
