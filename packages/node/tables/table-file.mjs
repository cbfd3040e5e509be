import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const packageFolder = join(import.meta.dirname, '..');
const root = join(packageFolder, '../..');
const { transpileModule, ModuleKind } = createRequire(import.meta.url)('typescript');

/**
 * One table of the plug-in, as the object that it exports.
 *
 * @param {string} path - below src/table
 * @returns {Promise<Record<string, any>>} empty where there is no such file yet
 */
export async function readTable(path) {
  const file = fileOf(path);
  if (!existsSync(file)) return {};
  const { outputText } = transpileModule(readFileSync(file, 'utf8'), { compilerOptions: { module: ModuleKind.ESNext } });
  const exported = Object.values(await import(`data:text/javascript,${encodeURIComponent(outputText)}`));
  return /** @type {Record<string, any>} */ (exported[0]);
}

/**
 * Writes a table as a TypeScript file, formatted as the rest of the repository is.
 *
 * @param {string} path - below src/table
 * @param {{ readonly name: string, readonly type: string, readonly from: string, readonly says: string, readonly rows: Readonly<Record<string, unknown>> }} table
 */
export function writeTable(path, { name, type, from, says, rows }) {
  const lines = Object.entries(rows).map(([key, row]) => `  ${key}: ${literal(row)},`);
  const head = `// Made by \`npm run node-tables\` from TensorFlow's own libraries: change the command, not this file.\n`;
  const text = `${head}import type { ${type} } from '${from}';\n\n/** ${says} */\nexport const ${name}: Readonly<Record<string, ${type}>> = {\n${lines.join('\n')}\n};\n`;
  const file = fileOf(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Formats what was written, if the formatter is installed. */
export function formatTables() {
  const formatter = join(root, 'apps/checks/node_modules/oxfmt/bin/oxfmt');
  if (existsSync(formatter)) spawnSync(process.execPath, [formatter, 'packages/node/src/table'], { cwd: root, stdio: 'inherit' });
}

/** @param {string} path */
const fileOf = (path) => join(packageFolder, 'src/table', path);

/** @param {unknown} value @returns {string} */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? `'${value}'` : String(value);
  const fields = Object.entries(value).map(([key, field]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`}: ${literal(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
