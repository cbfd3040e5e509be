import { chosenFiles, gpuTestFiles } from '../src/test-choice.mjs';
import { kinds } from '../src/kinds.mjs';
import { runInBrowsers } from '../src/run-in-browsers.mjs';

/** @import { KindName } from '../src/kinds.mjs' */

const packages = ['autocast', 'float16', 'halftone', 'loss-scale', 'models', 'optimizer', 'policy', 'webgpu'];

/** The packages' tests on a device, all of them, in a browser with shader-f16 and one without. */
export const evidence = {
  name: 'gpu-tests-in-browsers',
  sources: [
    ...packages.map((name) => `packages/${name}/src`),
    ...['halftone', 'models', 'optimizer', 'webgpu'].map((name) => `packages/${name}/test/gpu`),
  ],
  /** @param {{ onProgress(progress: unknown): void }} options */
  run: async ({ onProgress }) => {
    const files = chosenFiles(gpuTestFiles(), { only: 'packages/' });
    const browsers = /** @type {KindName[]} */ (Object.keys(kinds));
    const { tallies, unhandled, absent, seconds } = await runInBrowsers(files, { browsers, print: onProgress });
    if (absent[0] !== undefined) throw absent[0];
    const found = browsers.map((name) => ({ browser: kinds[name].title, ...tallies[name] }));
    const passed = unhandled.length === 0 && found.every((one) => one.failed === 0 && (one.passed ?? 0) > 0);
    return { passed, details: { files: files.length, seconds: Math.round(seconds), unhandled, browsers: found } };
  },
};
