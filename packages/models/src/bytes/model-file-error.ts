/**
 * What is wrong with a file: cut short, contradicting itself, beyond a limit, or asking for what must not be done.
 *
 * A class of its own because a program that opens other people's files will catch it; wrong arguments stay TypeErrors and
 * RangeErrors.
 *
 * @example
 * new ModelFileError('a file must be whole', 'nothing', 'Load it again.').message; // '[models] a file must be whole, got nothing. Load it again.'
 */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';

  constructor(wrong: string, got: unknown, remedy: string, options?: ErrorOptions) {
    super(message(wrong, got, remedy), options);
  }
}

/** A message in the house's shape. */
export function message(wrong: string, got: unknown, remedy: string): string {
  return `[models] ${wrong}, got ${String(got)}. ${remedy}`;
}

/** A name out of a file, short and on one line, so that a hostile one cannot fill a log. */
export function show(name: unknown): string {
  const text = JSON.stringify(typeof name === 'string' ? name.slice(0, 61) : name) ?? String(name);
  return text.length > 62 ? `${text.slice(0, 60)}…` : text;
}
