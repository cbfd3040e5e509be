// `npm run picture`: runs the main job and draws what it prints into docs/pictures/npm-start.svg, the first screen of the README.
// `npm run picture -- FILE` draws a saved output instead.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const WIDTH = 8.4; // of one character, in user units
const HEIGHT = 18;
const MARGIN = 20;
const COLUMNS = 104;

const saved = process.argv[2];
const output =
  saved === undefined
    ? execFileSync(process.execPath, [join(import.meta.dirname, 'dist/cli.mjs')], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
        maxBuffer: 2 ** 24,
      })
    : readFileSync(saved, 'utf8');
const table = stripVTControlCharacters(output).split('\n');
const first = table.findIndex((line) => line.startsWith('Device:'));
const start = table.findIndex((line) => line.startsWith('┌'));
const end = table.findIndex((line, i) => i > start && line === '' && table[i - 1] !== '' && !table[i - 1]?.startsWith('└'));
if (start < 0) throw new Error('[demo] the output must hold the table of a finished run, got none. Run npm start first and look at it.');
const lines = ['$ npm start', ...table.slice(first, first + 1), '', ...table.slice(start, end < 0 ? undefined : end)].flatMap(wrap);

/** Breaks a long line of prose at words; lines of the table are kept. */
function wrap(line) {
  if (line.length <= COLUMNS || '┌│├└'.includes(line[0] ?? ' ')) return [line];
  const rows = [''];
  for (const word of line.split(' ')) {
    const row = rows.at(-1) ?? '';
    if (row.length + word.length + 1 > COLUMNS) rows.push(word);
    else rows[rows.length - 1] = row === '' ? word : `${row} ${word}`;
  }
  return rows;
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const width = MARGIN * 2 + Math.max(...lines.map((line) => line.length)) * WIDTH;
const rows = lines.map((line, i) => {
  const length = `textLength="${(line.length * WIDTH).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  const style = i === 0 ? ' class="command"' : '';
  return line === ''
    ? ''
    : `  <text x="${MARGIN}" y="${MARGIN + (i + 1) * HEIGHT - 5}" ${length}${style} xml:space="preserve">${escape(line)}</text>`;
});
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${MARGIN * 2 + lines.length * HEIGHT}" role="img" aria-label="What npm start prints: one table, three ways of training">
  <style>text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d8dee9; } .command { fill: #a3be8c; font-weight: bold; }</style>
  <rect width="100%" height="100%" rx="10" fill="#1b2028"/>
${rows.filter((row) => row !== '').join('\n')}
</svg>
`;
const folder = join(import.meta.dirname, '../../docs/pictures');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'npm-start.svg'), svg);
console.log(`docs/pictures/npm-start.svg: ${lines.length} lines`);
