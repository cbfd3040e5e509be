/** Numbers as people read them; `-` where there is none. All pure. */

/** Bytes as MiB with one decimal below a hundred. */
export function mebibytes(count: number | null): string {
  if (count === null) return '-';
  const value = count / 2 ** 20;
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} MiB`;
}

/** Milliseconds. */
export function milliseconds(time: number | null): string {
  if (time === null) return '-';
  return time < 10 ? `${time.toFixed(2)} ms` : `${time.toFixed(0)} ms`;
}

/** Microseconds. */
export function microseconds(time: number | null): string {
  return time === null ? '-' : `${time.toFixed(1)} µs`;
}

/** A count with its thousands set apart. */
export function whole(count: number | null): string {
  return count === null ? '-' : String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A ratio: `0.64x`. */
export function ratio(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '-' : `${value.toFixed(2)}x`;
}

/** A loss; what was not a number says so. */
export function loss(value: number | null | undefined): string {
  if (value === undefined) return '-';
  return value === null ? 'NaN' : value.toFixed(4);
}
