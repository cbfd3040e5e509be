/** What it takes from a typed word to the meant one: a letter forgotten or two swapped, or, less likely, one too many or a wrong one. */
function distance(from: string, to: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1.5);
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1.2, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}

/** The candidate that a mistyped word most likely means, upper and lower case aside. */
export function nearest(word: string, candidates: readonly string[]): string {
  const typed = word.slice(0, 64).toLowerCase();
  const edits = (candidate: string): number => distance(typed, candidate.toLowerCase());
  return candidates.reduce((best, candidate) => (edits(candidate) < edits(best) ? candidate : best));
}
