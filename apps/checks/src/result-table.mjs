/**
 * One list of results of tfjs-core's specs.
 * @typedef {{ readonly backend: string, readonly passed: number, readonly failed: number, readonly device: string, readonly accepted?: Readonly<Record<string, unknown>> }} SpecResult
 */

/** File, plug-in, mode, the stock list it is held against. */
const ROWS = [
  ['float32', '`@halftone/webgpu`', 'float32', 'stock-webgpu'],
  ['f16', '`@halftone/webgpu`', 'everything in float16, native', 'stock-webgpu'],
  ['packed-f16', '`@halftone/webgpu`', 'everything in float16, packed', 'stock-webgpu'],
  ['bfloat16', '`@halftone/webgpu`', 'everything in bfloat16', 'stock-webgpu'],
  ['emulate-wasm-float32', '`@halftone/emulate` on wasm', 'float32', 'stock-wasm'],
  ['emulate-wasm-f16', '`@halftone/emulate` on wasm', 'everything in float16', 'stock-wasm'],
  ['emulate-wasm-bfloat16', '`@halftone/emulate` on wasm', 'everything in bfloat16', 'stock-wasm'],
  ['emulate-cpu-float32', '`@halftone/emulate` on cpu', 'float32', 'stock-cpu'],
  ['emulate-cpu-f16', '`@halftone/emulate` on cpu', 'everything in float16', 'stock-cpu'],
  ['emulate-cpu-bfloat16', '`@halftone/emulate` on cpu', 'everything in bfloat16', 'stock-cpu'],
  ['node-float32', '`@halftone/node`', 'float32', 'stock-tensorflow'],
  ['node-f16', '`@halftone/node`', 'everything in float16', 'stock-tensorflow'],
  ['node-bfloat16', '`@halftone/node`', 'everything in bfloat16', 'stock-tensorflow'],
];

/**
 * The README's table of results, as Markdown in the common format.
 *
 * Pure.
 *
 * @param {Readonly<Record<string, SpecResult>>} results - by file name without its ending
 */
export function resultTable(results) {
  const header = ['plug-in', 'mode', 'specs passed', 'fail in stock too', 'accepted by name', 'stock passes'];
  const rows = ROWS.flatMap(([file = '', plugin = '', mode = '', stock = '']) => {
    const result = results[file];
    if (!result) return [];
    const accepted = Object.keys(result.accepted ?? {}).length;
    return [[plugin, mode, `${result.passed}`, `${result.failed - accepted}`, `${accepted}`, `${results[stock]?.passed ?? '-'}`]];
  });
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = /** @param {readonly string[]} cells */ (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
