// `npm run test:browser:gpu [-- --quarter auto|0..3] [--only TEXT] [--browser f16|packed]`:
// the tests that vitest's project `gpu` runs in Node, in two real browsers: one whose WebGPU has shader-f16, one whose has not.
import { parseArgs } from 'node:util';
import { Missing } from '../consumers/src/verdicts.mjs';
import { addTallies, closingLine } from '../setup/src/closing-line.mjs';
import { requiredNeeds } from '../setup/src/needs.mjs';
import { excludedFiles } from './src/excluded-files.mjs';
import { browsersFrom, kinds } from './src/kinds.mjs';
import { runInBrowsers } from './src/run-in-browsers.mjs';
import { chosenFiles, gpuTestFiles, quarterFrom } from './src/test-choice.mjs';

/** @import { KindName } from './src/kinds.mjs' */

const { values } = parseArgs({ options: { quarter: { type: 'string' }, only: { type: 'string' }, browser: { type: 'string' } } });
const browsers = browsersFrom(values.browser);
const all = gpuTestFiles();
const quarter = quarterFrom(values.quarter, Date.now());
const files = chosenFiles(all, { quarter, only: values.only });
console.log(
  `${files.length} of ${all.length} test files${quarter === undefined ? '' : `, quarter ${quarter}`}, in ${browsers.map((name) => `the browser ${kinds[name].title}`).join(' and ')}`,
);

const nobody = { passed: 0, failed: 0, skipped: 0 };
const { tallies, unhandled, absent, seconds } = await runInBrowsers(files, { browsers }).catch((error) => {
  if (!(error instanceof Missing)) throw error;
  return { tallies: {}, unhandled: [], absent: [error], seconds: 0 };
});
for (const [file, reason] of Object.entries(excludedFiles)) console.log(`in Node alone: ${file}: ${reason}`);
for (const [name, { passed, failed, skipped, skips, failures }] of Object.entries(tallies)) {
  console.log(
    `${kinds[/** @type {KindName} */ (name)].title}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(0)} s`,
  );
  for (const [reason, count] of Object.entries(skips)) console.log(`  skipped ${count}: ${reason}`);
  for (const failure of failures) console.log(`  failed: ${failure}`);
}
const mustHave = requiredNeeds().has('browser');
for (const { message } of absent) console.log(`${mustHave ? 'FAILED' : 'skipped'}: ${message}`);
const absence = mustHave ? { ...nobody, failed: absent.length } : { ...nobody, skipped: absent.length };
const sum = addTallies([...Object.values(tallies), { ...nobody, failed: unhandled.length }, absence]);
console.log(closingLine(sum));
process.exitCode = sum.failed === 0 ? 0 : 1;
