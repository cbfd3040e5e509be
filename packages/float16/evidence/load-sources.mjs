import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import ts from 'typescript';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const sourceFolder = join(packageFolder, 'src');

/** The source files that the evidence speaks about, sorted by name. */
function sourceFiles() {
  return readdirSync(sourceFolder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort();
}

/** SHA-256 over the contents of the source files, one after the other in the order of their names. */
export function hashSources() {
  const hash = createHash('sha256');
  for (const name of sourceFiles()) hash.update(readFileSync(join(sourceFolder, name)));
  return hash.digest('hex');
}

/**
 * Takes the types out of `src` and nothing else, so that what is tested and measured is always the source as it stands: Node 20
 * cannot run TypeScript, and a build might be old. Gives the URL of the resulting `index.mjs`.
 */
export function compileSources() {
  const folder = join(packageFolder, 'node_modules', '.cache', `evidence-${hashSources().slice(0, 12)}`);
  mkdirSync(folder, { recursive: true });
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  for (const name of sourceFiles()) {
    const { outputText } = ts.transpileModule(readFileSync(join(sourceFolder, name), 'utf8'), { compilerOptions });
    writeFileSync(join(folder, name.replace(/\.ts$/, '.mjs')), outputText.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.mjs'"));
  }
  return pathToFileURL(join(folder, 'index.mjs')).href;
}
