/** Throws in the house form unless `ok`: RangeError for a number outside of the range, TypeError for what is no number. */
export function must(ok: boolean, name: string, range: string, value: unknown, remedy: string): void {
  if (ok) return;
  const got = typeof value === 'string' ? `"${value}"` : Object(value) === value ? 'an object' : String(value);
  throw new (typeof value === 'number' ? RangeError : TypeError)(`[loss-scale] ${name} must be ${range}, got ${got}. ${remedy}`);
}

/** Gives a number back, rounded to float32 if it is to be one, or throws where it is outside of the range. */
export function within(
  what: 'float32' | 'whole number',
  name: string,
  value: unknown,
  least: number,
  most: number,
  remedy: string,
): number {
  const kept = typeof value !== 'number' ? NaN : what === 'float32' ? Math.fround(value) : value % 1 === 0 ? value : NaN;
  must(kept >= least && kept <= most, name, `a ${what} from ${least} to ${most}`, value, remedy);
  return kept;
}
