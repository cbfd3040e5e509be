/** @import { Example } from '@halftone/testing/examples' */

/** What a reader of the table has already; the line of a row is run after it. */
const reader = `
const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [32], units: 10, activation: 'softmax' })] });
const x = tf.ones([64, 32]);
const loss = 'categoricalCrossentropy';
const values = [1, 2.5];
const finite = true;
const machine = dynamicLossScale();
let state = machine.init();
`;

/**
 * The lines of the README's table "your situation, and what to use", each as an example that runs.
 *
 * Pure. A row that names `@halftone/webgpu` is run on it. A row without a line (planned work) is left out.
 *
 * @param {string} readme - its text
 * @returns {Example[]}
 * @throws {Error} if there is no such table
 */
export function situationExamples(readme) {
  const lines = readme.split('\n');
  const start = lines.findIndex((line) => line.startsWith('## Your situation'));
  if (start < 0) throw new Error('[consumers] README.md must have a section "Your situation", got none. Correct situations.mjs with it.');
  const end = lines.findIndex((line, i) => i > start && line.startsWith('## '));
  return lines.slice(start, end).flatMap((row, i) => {
    const [, , use = '', last = ''] = row.split(/ *(?<!\|)\|(?!\|) */);
    const code = /^`(.*)`$/.exec(last.trim())?.[1];
    if (code === undefined) return [];
    const onGpu = use.includes('@halftone/webgpu') || /\bthe same\b/.test(use);
    const setUp = onGpu ? 'const handle = await useWebGPU();' : '';
    const tearDown = onGpu ? 'handle.dispose();' : '';
    return [
      { where: `README.md, your situation, line ${start + i + 1}`, line: start + i + 1, code: `${setUp}${reader}${code};\n${tearDown}\n` },
    ];
  });
}
