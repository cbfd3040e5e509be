import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MOST_ULPS } from './measure/inner-maths.mjs';
import { root } from './table-files.mjs';

const page = 'docs/reference/node-kernels.md';

/**
 * Writes docs/reference/node-kernels.md from the tables.
 *
 * @param {import('./table-files.mjs').Tables} tables
 */
export function writeDocument({ lines, kernels, inner, gpu }) {
  const rows = Object.values(kernels)
    .flatMap((family) => Object.entries(family))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const titles = [
    'op',
    ...lines.map((line) => `${line} CPU / GPU`),
    ...lines.map((line) => `ulps, CPU ${line}`),
    'float32 inside on a GPU',
  ];
  const body = rows.map(([op, row]) => [
    op,
    ...lines.map((line) => `${letters(row[line].cpu)} / ${letters(row[line].gpu)}`),
    ...lines.map((line) => inner[op]?.[line].map(ulps).join(' / ') ?? ''),
    gpu[op] ? gpu[op].formats.map((/** @type {string} */ format) => (format === 'float16' ? 'H' : 'B')).join('') : '',
  ]);
  const sources = [...new Set(Object.values(gpu).map(({ source }) => source))].map((source) => {
    const ops = Object.keys(gpu).filter((op) => gpu[op].source === source);
    return `- ${ops.join(', ')}: ${source}.`;
  });
  const text = [head(lines), '', ...table(titles, body), '', '## What is said of GPUs', '', gpuWords, '', ...sources, '', ways].join('\n');
  writeFileSync(join(root, page), `${text}\n`);
}

/** @param {readonly string[]} lines */
const head = (lines) => `# TensorFlow's 16-bit kernels

Made by \`npm run node-tables\`: which ops of tfjs-node 4.22 have half (H) and bfloat16 (B) kernels in TensorFlow ${lines.join(', ')}, on a CPU
and on a GPU, and how those on a CPU compute. All kernels are from the libraries' own registries (\`TF_GetAllRegisteredKernels\`), the GPU ones
too: a library built for GPUs registers them without one. An op that has no kernel for a GPU would silently run on the CPU; @halftone/node
runs it in float32 on the GPU instead.

"Ulps" is how far results are from the float32 kernel's at most, in units of the last place of the format: up to 0.5 they were computed in
float32 and rounded once, above ${MOST_ULPS.toFixed(2)} the kernel computes or sums in 16 bits, and @halftone/node runs the op in float32 where the policy wants
it so. The three numbers: half / bfloat16 by oneDNN's kernels (a processor with AVX-512) / bfloat16 by Eigen's (any other, or
\`TF_ENABLE_ONEDNN_OPTS=0\`); the plug-in asks the running library which of the two it has. Measured over every value of the format, 65,536 pairs,
or sums of 64 to 4,096 terms and more. An empty cell: not measured, counts as 16 bits.`;

const gpuWords = `Which GPU kernels exist is from the registries; how they compute was **not run**. These are known from TensorFlow's sources, all others
count as computing in 16 bits:`;

const ways = `## How to check it, or to add a library

\`npm run node-tables -- --check\` compares the tables with the library of the tests; the tests do so too. For another library:

\`\`\`bash
npm run node-tables -- --library FOLDER_OF_libtensorflow_cc.so.2 --line 2.21   # kernels
npm run node-tables -- --library FOLDER --addon tfjs_binding.node               # and how they compute, by an addon linked to it
npm run node-tables -- --library FOLDER --preload libpython3.10.so.1.0           # the Python wheels before 2.12
\`\`\`

The lines are from the wheels \`tensorflow\` 2.9.1 (cp310), 2.14.0 and 2.21.0 (cp311) of the Python package index. The CPU rows of
\`tensorflow-cpu\` 2.9.1 and 2.21.0 are the same. npm's libtensorflow 2.9.1 is built from the sources of the 2.9.1 wheel, and was not looked at
itself. A version between two lines counts as the older one.`;

/** @param {string} formats */
const letters = (formats) => formats || '–';

/** @param {number | null} value */
const ulps = (value) => (value === null ? '–' : value > 999 ? '>999' : String(value));

/** @param {readonly string[]} titles @param {readonly (readonly string[])[]} rows */
function table(titles, rows) {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
