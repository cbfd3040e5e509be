import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import ts from 'typescript';

/**
 * One import or re-export of a source file.
 * @typedef {{ readonly file: string, readonly line: number, readonly from: string, readonly isType: boolean, readonly isDynamic: boolean }} SourceImport
 */

/**
 * Reads the imports of all TypeScript files under a folder.
 *
 * @param {string} folder
 * @param {string} base - file names are given from here
 * @returns {Promise<SourceImport[]>}
 */
export async function importsUnder(folder, base) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name));
  const own = files.filter((file) => !file.includes('node_modules') && !file.includes(`${folder}/dist`)).toSorted();
  return (await Promise.all(own.map(async (file) => importsOf(relative(base, file), await readFile(file, 'utf8'))))).flat();
}

/**
 * Reads the imports of one file's text: static, dynamic with a literal name, `export … from`, and `import('…')` in types.
 *
 * @param {string} file
 * @param {string} text
 * @returns {SourceImport[]}
 */
export function importsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, false);
  /** @type {SourceImport[]} */
  const found = [];
  /** @type {(node: ts.Node, from: ts.Node | undefined, isType: boolean, isDynamic: boolean) => void} */
  const add = (node, from, isType, isDynamic) => {
    if (from && ts.isStringLiteralLike(from)) {
      found.push({ file, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1, from: from.text, isType, isDynamic });
    }
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, node.importClause?.isTypeOnly ?? false, false);
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly, false);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node, node.arguments[0], false, true);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true, false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
