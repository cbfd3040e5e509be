// `npm run typecheck [-- packages/name …]`: the types of every package and app. Each is a program of its own, as its tsconfig.json says, but files are
// read and parsed once for all, and each file is checked once, by the package that it stands in; `tsc -p` would check what a package imports again and again.
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..', '..', '..');
const wishes = process.argv.slice(2);
const format = { getCanonicalFileName: (/** @type {string} */ name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' };
/** @type {Map<string, ts.SourceFile | undefined>} */
const parsed = new Map();

const projects = ['packages', 'apps']
  .flatMap((group) => foldersIn(group).flatMap((folder) => [folder, ...foldersIn(folder)]))
  .filter(isProject);
const chosen = projects.filter((folder) => wishes.length === 0 || wishes.some((wish) => `${folder}${sep}`.startsWith(join(wish, sep))));
if (chosen.length === 0)
  throw new Error(`[checks] no folder with a tsconfig.json, got ${wishes.join(' ')}. Name some of ${projects.join(', ')}.`);
const found = chosen.map((folder) => ({ folder, faults: check(join(root, folder)) }));
for (const { folder, faults } of found) {
  if (faults.length > 0)
    console.error(`${ts.formatDiagnosticsWithColorAndContext(faults, format)}${folder}: ${faults.length} type errors\n`);
}
const wrong = found.filter(({ faults }) => faults.length > 0).length;
console.log(`${found.length - wrong} of ${found.length} projects without type errors, ${parsed.size} files read`);
process.exitCode = wrong === 0 ? 0 : 1;

/** @type {(folder: string) => boolean} */
function isProject(folder) {
  return ts.sys.fileExists(join(root, folder, 'tsconfig.json'));
}

/** @type {(folder: string) => string[]} */
function foldersIn(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !['node_modules', 'dist'].includes(entry.name))
    .map(({ name }) => join(folder, name));
}

/**
 * @param {string} folder
 * @returns {readonly ts.Diagnostic[]}
 */
function check(folder) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (/** @type {ts.Diagnostic} */ fault) => void unreadable.push(fault) };
  /** @type {ts.Diagnostic[]} */
  const unreadable = [];
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), {}, host);
  if (config === undefined) return unreadable;
  const program = ts.createProgram({ rootNames: config.fileNames, options: config.options, host: sharingHost(config.options) });
  const own = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName, folder));
  const general = [...config.errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  const declares = config.options.declaration === true;
  return [
    ...general,
    ...own.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...(declares ? program.getDeclarationDiagnostics(file) : []),
    ]),
  ];
}

/** @type {(fileName: string, folder: string) => boolean} */
function isOwn(fileName, folder) {
  const path = fileName.split('/').join(sep);
  return path.startsWith(folder + sep) && !path.includes(`${sep}node_modules${sep}`);
}

/**
 * A compiler host that parses a file once for all programs that parse it alike.
 *
 * @param {ts.CompilerOptions} options
 * @returns {ts.CompilerHost}
 */
function sharingHost(options) {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (fileName, how, ...rest) => {
    const key = JSON.stringify([fileName, how]);
    if (!parsed.has(key)) parsed.set(key, read(fileName, how, ...rest));
    return parsed.get(key);
  };
  return host;
}
