import type { Program } from './lesson.ts';
import { programTable } from './programs/table.ts';

/** The names of all programs, in the order of their pages. */
export function programNames(): readonly string[] {
  return Object.keys(programTable);
}

/**
 * Loads a program by its name.
 *
 * @throws RangeError for another name
 */
export async function loadProgram(name: string): Promise<Program> {
  const load = Object.hasOwn(programTable, name) ? programTable[name] : undefined;
  if (load === undefined)
    throw new RangeError(`[tutorials] a tutorial must be one of ${programNames().join(', ')}, got ${name}. Name one of them.`);
  return (await load()).program;
}
