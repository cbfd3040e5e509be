import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');
const { transpileModule, ModuleKind } = createRequire(import.meta.url)('typescript');

/**
 * src/table as it is: by family and op, and the measurements by op.
 * @typedef {{ readonly folder: string, readonly lines: readonly string[], readonly signatures: Readonly<Record<string, any>>, readonly kernels: Readonly<Record<string, any>>, readonly inner: Readonly<Record<string, any>>, readonly gpu: Readonly<Record<string, any>> }} Tables
 */

/** @param {string} folder @returns {Promise<Tables>} */
export async function readTables(folder) {
  const { tensorFlowLines: lines } = await exportsOf(join(folder, 'tensorflow-line.ts'));
  const { measuredUlps: inner = {} } = await exportsOf(join(folder, 'measured-ulps.ts'));
  const { gpuInnerMaths: gpu = {} } = await exportsOf(join(folder, 'gpu-inner-maths.ts'));
  return {
    folder,
    lines,
    signatures: await families(join(folder, 'signatures')),
    kernels: await families(join(folder, 'kernels')),
    inner,
    gpu,
  };
}

/**
 * Writes what the command makes of src/table and formats it as the rest of the repository.
 *
 * @param {Tables} tables
 * @param {Pick<Tables, 'signatures' | 'kernels' | 'inner'>} fresh
 */
export function writeTables({ folder }, { signatures, kernels, inner }) {
  for (const [family, rows] of Object.entries(signatures)) {
    const says = `Type attributes of ${wordsFor[family] ?? family}.`;
    writeTable(join(folder, 'signatures', `${family}.ts`), { name: family, type: 'OpSignature', from: '../op-signatures.ts', says, rows });
  }
  for (const [family, rows] of Object.entries(kernels)) {
    const says = `16-bit kernels of ${wordsFor[family] ?? family}, by TensorFlow line and device.`;
    writeTable(join(folder, 'kernels', `${family}.ts`), { name: family, type: 'KernelRow', from: '../kernel-support.ts', says, rows });
  }
  const says = 'Per op and TensorFlow line: how far half and bfloat16 results are from float32 ones, null where no kernel works.';
  writeTable(join(folder, 'measured-ulps.ts'), { name: 'measuredUlps', type: 'MeasuredRow', from: './inner-maths.ts', says, rows: inner });
  const formatter = join(root, 'apps/checks/node_modules/oxfmt/bin/oxfmt');
  if (existsSync(formatter)) spawnSync(process.execPath, [formatter, folder], { cwd: root, stdio: 'inherit' });
}

/** @type {Readonly<Record<string, string>>} */
const wordsFor = {
  products: 'products',
  windows: 'windows, norms and softmax',
  reductions: 'reductions',
  unary: 'functions of one number',
  binary: 'functions of two numbers',
  arrays: 'ops that move numbers',
  types: 'casts, checks, transforms and random numbers',
  resources: 'variables and fused optimizers',
};

/** @param {string} folder */
async function families(folder) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')) : [];
  return Object.assign({}, ...(await Promise.all(files.map((name) => exportsOf(join(folder, name))))));
}

/** What a TypeScript file of data exports. @param {string} file @returns {Promise<Record<string, any>>} */
async function exportsOf(file) {
  if (!existsSync(file)) return {};
  const { outputText } = transpileModule(readFileSync(file, 'utf8'), { compilerOptions: { module: ModuleKind.ESNext } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

/**
 * @param {string} file
 * @param {{ readonly name: string, readonly type: string, readonly from: string, readonly says: string, readonly rows: Readonly<Record<string, unknown>> }} table
 */
function writeTable(file, { name, type, from, says, rows }) {
  const lines = Object.entries(rows).map(([key, row]) => `  ${key}: ${literal(row)},`);
  const head = `// Made by \`npm run node-tables\` from TensorFlow's own libraries: change the command, not this file.\n`;
  const declared = `export const ${name}: Readonly<Record<string, ${type}>> = {\n${lines.join('\n')}\n};\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${head}import type { ${type} } from '${from}';\n\n/** ${says} */\n${declared}`);
}

/** @param {unknown} value @returns {string} */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? `'${value}'` : String(value);
  const fields = Object.entries(value).map(([key, field]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`}: ${literal(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
