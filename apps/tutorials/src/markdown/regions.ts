const BEGIN = /^\s*\/\/ #region (\S+)\s*$/;
const END = /^\s*\/\/ #endregion\b/;

/**
 * Takes a named part out of a program: the lines between `// #region NAME` and its `// #endregion`, moved to the left.
 *
 * Pure. Marks of other regions inside are left out.
 *
 * @throws RangeError where the program has no such region, or does not end it
 */
export function regionOf(program: string, name: string): string {
  const lines = program.split('\n');
  const start = lines.findIndex((line) => BEGIN.exec(line)?.[1] === name);
  if (start < 0)
    throw new RangeError(
      `[tutorials] the program must have a region ${name}, got ${regionNames(program).join(', ') || 'none'}. Name one of those.`,
    );
  let depth = 1;
  const length = lines.slice(start + 1).findIndex((line) => {
    if (BEGIN.test(line)) depth += 1;
    if (END.test(line)) depth -= 1;
    return depth === 0;
  });
  if (length < 0) throw new RangeError(`[tutorials] region ${name} must end with // #endregion, got the end of the file. Add the line.`);
  return dedented(withoutMarks(lines.slice(start + 1, start + 1 + length)));
}

/** The whole program without the marks of its regions. Pure. */
export function wholeProgram(program: string): string {
  return withoutMarks(program.trimEnd().split('\n')).join('\n');
}

/** The names of all regions, in their order. Pure. */
export function regionNames(program: string): string[] {
  return program.split('\n').flatMap((line) => BEGIN.exec(line)?.[1] ?? []);
}

function withoutMarks(lines: readonly string[]): string[] {
  return lines.filter((line) => !BEGIN.test(line) && !END.test(line));
}

function dedented(lines: readonly string[]): string {
  const least = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length));
  return lines
    .map((line) => line.slice(least))
    .join('\n')
    .trim();
}
