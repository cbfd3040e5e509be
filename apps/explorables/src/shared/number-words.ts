const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '⁻',
  ...Object.fromEntries('⁰¹²³⁴⁵⁶⁷⁸⁹'.split('').map((sign, digit) => [String(digit), sign])),
};

/** A power of two as it is printed: `2⁻²⁴`. */
export function powerOfTwo(exponent: number): string {
  return `2${String(exponent)
    .split('')
    .map((sign) => SUPERSCRIPTS[sign] ?? sign)
    .join('')}`;
}

/** A number in full, as JavaScript reads it back; with words for what is none. */
export function inFull(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'infinity';
  if (value === -Infinity) return '-infinity';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A number in about four digits. */
export function inShort(value: number): string {
  if (!Number.isFinite(value) || value === 0 || (Number.isInteger(value) && Math.abs(value) < 1e6)) return inFull(value);
  return String(Number(value.toPrecision(4)));
}

/** A number in as few digits, four or more, as tell it from another. */
export function inShortUnlike(value: number, other: number): string {
  if (value === other || inShort(value) !== inShort(other)) return inShort(value);
  for (let digits = 5; digits < 17; digits += 1)
    if (Number(value.toPrecision(digits)) !== Number(other.toPrecision(digits))) return String(Number(value.toPrecision(digits)));
  return inFull(value);
}

/** A share in percent. What is not nothing is never printed as nothing, and what is not all never as all. */
export function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  const share = (100 * part) / whole;
  if (part === whole) return '100 %';
  if (share < 0.1) return 'under 0.1 %';
  if (share > 99.9) return 'over 99.9 %';
  return `${share < 10 || share > 90 ? share.toFixed(1) : share.toFixed(0)} %`;
}
