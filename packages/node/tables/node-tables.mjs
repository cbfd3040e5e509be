// `npm run node-tables [-- --library DIR] [--addon FILE] [--preload FILE] [--line 2.21] [--check]`: makes src/table anew from a TensorFlow library,
// or with --check says where the two differ and exits with 1. Without arguments: the library of the set-up.
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { differencesOf } from './differences.mjs';
import { writeDocument } from './document.mjs';
import { readLibrary } from './read-library.mjs';
import { innerRows, kernelRows, signatureRows } from './rows.mjs';
import { readTables, writeTables } from './table-files.mjs';

const packageFolder = join(import.meta.dirname, '..');

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** @returns {Promise<number>} the exit code */
async function main() {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    options: { library: text, addon: text, preload: text, line: text, tables: text, check: { type: 'boolean' } },
  });
  const madeByUs = values.library === undefined ? process.env['HALFTONE_TENSORFLOW'] : undefined;
  const addon = values.addon ?? madeByUs;
  const folder = values.library ?? (madeByUs && join(dirname(madeByUs), 'tensorflow'));
  if (folder === undefined)
    throw new Error('[node] a folder with TensorFlow is missing. Run it by npm run node-tables, or give --library DIR.');
  const library = await readLibrary(resolve(folder), values.preload, addon && resolve(addon));
  const tables = await readTables(values.tables ? resolve(values.tables) : join(packageFolder, 'src/table'));
  const line = lineFor(library.registry.version, values.line, tables.lines);
  const fresh = {
    signatures: line === tables.lines.at(-1) ? signatureRows(library.registry) : tables.signatures,
    kernels: kernelRows(tables, library.registry, line),
    inner: innerRows(tables, library, line),
  };
  const about = `TensorFlow ${library.registry.version}${library.measured ? ', measured' : ''}`;
  if (values.check) return report(about, differencesOf(tables, fresh));
  writeTables(tables, fresh);
  writeDocument(await readTables(tables.folder));
  process.stdout.write(`src/table and docs/reference/node-kernels.md are those of ${about}.\n`);
  return 0;
}

/** @param {string} version @param {string | undefined} asked @param {readonly string[]} known */
function lineFor(version, asked, known) {
  const line = version.split('.').slice(0, 2).join('.');
  if (asked !== undefined && asked !== line) throw new Error(`[node] --line ${asked} is not the library's, got TensorFlow ${version}.`);
  if (known.includes(line)) return line;
  throw new Error(
    `[node] the tables have no line for TensorFlow ${version}, only ${known.join(', ')}. Add it to src/table/tensorflow-line.ts.`,
  );
}

/** @param {string} about @param {readonly string[]} differences */
function report(about, differences) {
  const words = ['the tables say the same', '1 row differs'][differences.length] ?? `${differences.length} rows differ`;
  process.stdout.write([...differences, `${about}: ${words}.`, ''].join('\n'));
  return differences.length === 0 ? 0 : 1;
}
