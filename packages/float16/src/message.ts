/** A message in the house's shape: what is wrong, what was received, what to do. */
export function message(wrong: string, got: unknown, remedy: string): string {
  const shown = typeof got === 'string' ? `'${got.slice(0, 40)}'` : Object(got) === got ? Object.prototype.toString.call(got) : String(got);
  return `[float16] ${wrong}, got ${shown}. ${remedy}`;
}

/** Likeness of what was typed to an accepted name: letters found in order count, so that `f16` leads to `float16`, `e5m2` to its format. */
function likeness(typed: string, name: string): number {
  let [at, found] = [0, 0];
  for (const letter of typed) {
    const next = name.indexOf(letter, at) + 1;
    if (next > 0) [at, found] = [next, found + 4];
  }
  return found - name.length;
}

/** Throws unless `value` is one of the accepted names; the message lists them and suggests the likeliest. */
export function checkName(argument: string, accepted: readonly string[], value: unknown): void {
  if (accepted.includes(value as string)) return;
  const typed = String(value).toLowerCase();
  const likeliest = accepted.reduce((best, name) => (likeness(typed, name) > likeness(typed, best) ? name : best));
  const text = message(`${argument} must be one of ${accepted.join(', ')}`, value, `Did you mean '${likeliest}'?`);
  throw typeof value === 'string' ? new RangeError(text) : new TypeError(text);
}
