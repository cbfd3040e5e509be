/** Ends the program with a message unless two values are the same, arrays and typed arrays by their numbers. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const text = (value: unknown): string =>
    JSON.stringify(ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>, String) : value, (_, one) =>
      typeof one === 'number' ? String(one) : one,
    );
  if (text(actual) !== text(expected)) throw new Error(`${what}: expected ${text(expected)}, got ${text(actual)}`);
}

/** Ends the program with a message unless a condition holds. */
export function ensure(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`not so: ${what}`);
}

/** The message of the error that a call ends with; ends the program when there is none. */
export async function refusal(call: () => unknown, what: string): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${what}: expected an error, got none`);
}

/** Whether a package can be imported here. */
export async function isInstalled(name: string): Promise<boolean> {
  try {
    await import(name);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return false;
    throw error;
  }
}
