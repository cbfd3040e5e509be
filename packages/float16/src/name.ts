/**
 * Edit distance from what was typed to an accepted name. Letters that are missing cost a quarter of a wrong one, so that
 * the usual short forms (`f16`, `bf16`, `e5m2`) lead to the name they abbreviate.
 */
function distance(typed: string, name: string): number {
  let row = Array.from({ length: name.length + 1 }, (_, j) => j / 4);
  for (let i = 1; i <= typed.length; i++) {
    const next = [i];
    for (let j = 1; j <= name.length; j++) {
      const replaced = row[j - 1]! + (typed[i - 1] === name[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 0.25));
    }
    row = next;
  }
  return row[name.length]!;
}

/** Shows a received value in a message: its text for a short primitive, its kind for the rest. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return `a value of type ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

/** Throws unless `value` is one of the accepted names; the message lists them and suggests the nearest. */
export function checkName(argument: string, accepted: readonly string[], value: unknown): void {
  if (accepted.includes(value as string)) return;
  const message = `[float16] ${argument} must be one of ${accepted.join(', ')}, got ${show(value)}.`;
  if (typeof value !== 'string') throw new TypeError(`${message} Pass the name as a string.`);
  const typed = value.toLowerCase().slice(0, 40);
  const nearest = accepted.reduce((best, name) => (distance(typed, name) < distance(typed, best) ? name : best));
  throw new RangeError(`${message} Did you mean '${nearest}'?`);
}
