/** Numbers as people read them; `-` where there is none. All pure. */

/** 0.9712 -> `97.1 %`. */
export function percent(part: number | null): string {
  return part === null ? '-' : `${(100 * part).toFixed(1)} %`;
}

/** Bytes with the unit that leaves one to three digits before the point. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return '-';
  if (count < 1024) return `${count} B`;
  return count < 2 ** 20 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 2 ** 20).toFixed(1)} MiB`;
}

/** Milliseconds of a step. */
export function milliseconds(time: number): string {
  return time < 10 ? `${time.toFixed(2)} ms` : `${time.toFixed(0)} ms`;
}

/** A loss; what is not finite by its name. */
export function loss(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : String(value);
}

/** A power of two as such: 65536 -> `2^16`. */
export function scaleText(scale: number): string {
  const exponent = Math.log2(scale);
  return Number.isInteger(exponent) ? `2^${exponent}` : scale.toPrecision(4);
}

/** Seconds as a span: `40 s`, `3 min`, `2 h 10 min`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A ratio of two counts: `0.64x`. */
export function ratio(part: number, whole: number): string {
  return `${(part / whole).toFixed(2)}x`;
}
