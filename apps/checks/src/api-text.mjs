import ts from 'typescript';

/**
 * The public face of a package as one readable text: its rolled-up declarations without comments, each on lines of their own.
 *
 * Comments are left out, because a better sentence is no change of the interface.
 *
 * @param {string} declarations - the text of dist/index.d.mts
 * @returns {string}
 */
export function apiText(declarations) {
  const source = ts.createSourceFile('index.d.mts', declarations, ts.ScriptTarget.ES2022, false);
  return ts.createPrinter({ removeComments: true }).printFile(source);
}

/**
 * The lines by which two texts differ, the old with a minus and the new with a plus.
 *
 * @param {string} before
 * @param {string} after
 * @returns {string[]}
 */
export function changedLines(before, after) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const [inOld, inNow] = [new Set(old), new Set(now)];
  return [
    ...old.filter((line) => !inNow.has(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !inOld.has(line)).map((line) => `+ ${line}`),
  ];
}
