/** @import { Need } from './needs.mjs' */
/** @import { Shaders } from './shader-settings.mjs' */

/**
 * A long suite of `.ci/run`, beyond `npm test`. It ends by its own closing line; `script` is run by this Node with the needs provided.
 * `beside`: it keeps one core busy, and neighbours of its kind run side by side; the others run
 * alone, because they use every core or write files of the whole workspace. `shaders`: how the driver that set-up brought compiles for it, if not as for everybody.
 * @typedef {{ readonly name: string, readonly script: readonly string[], readonly needs: readonly Need[], readonly budgetMinutes: number, readonly beside?: boolean, readonly shaders?: Shaders }} Suite
 */

const conformance = 'packages/testing/conformance.mjs';

/**
 * The first tier, which the law gives a quarter of an hour, and what a cold machine installs for it; measured 8.6 minutes on two quiet cores.
 *
 * @type {Suite}
 */
export const npmTest = { name: 'npm test', script: ['apps/setup/src/test.mjs'], needs: [], budgetMinutes: 9 };

/**
 * One line a suite. A budget is what a suite took on two quiet cores without a GPU and with a cold cache, hardly more: what is left of the hour is for whoever
 * needs it, see suite-clock.mjs.
 *
 * @type {readonly Suite[]}
 */
export const suites = [
  {
    name: 'tfjs specs, float32',
    script: [conformance, '--mode', 'float32'],
    needs: ['vulkan'],
    budgetMinutes: 1.25,
    shaders: 'quick',
  },
  { name: 'tfjs specs, f16', script: [conformance, '--mode', 'f16'], needs: ['vulkan'], budgetMinutes: 1.5, shaders: 'quick' },
  {
    name: 'tfjs specs, packed-f16, a quarter',
    script: [conformance, '--mode', 'packed-f16', '--quarter', 'auto'],
    needs: ['vulkan'],
    budgetMinutes: 0.5,
    shaders: 'quick',
  },
  {
    name: 'tfjs specs, bfloat16, a quarter',
    script: [conformance, '--mode', 'bfloat16', '--quarter', 'auto'],
    needs: ['vulkan'],
    budgetMinutes: 0.5,
    shaders: 'quick',
  },
  {
    name: 'tfjs specs, float32, fusion off, a quarter',
    script: [conformance, '--mode', 'float32', '--fusion', 'off', '--quarter', 'auto'],
    needs: ['vulkan'],
    budgetMinutes: 0.5,
    shaders: 'quick',
  },
  ...['float32', 'f16', 'bfloat16'].map((mode) => ({
    name: `tfjs specs on TensorFlow, ${mode}`,
    script: [conformance, '--plugin', 'node', '--mode', mode],
    needs: /** @type {const} */ (['tensorflow']),
    budgetMinutes: 0.15,
  })),
  { name: 'packages as released', script: ['apps/checks/src/release-dry.mjs'], needs: [], budgetMinutes: 0.5 },
  { name: 'public face as written down', script: ['apps/checks/src/api.mjs'], needs: [], budgetMinutes: 0.1 },
  { name: 'evidence is of this code', script: ['apps/checks/src/evidence.mjs', '--check'], needs: [], budgetMinutes: 0.1 },
  { name: 'Node 24, pure and cpu tests', script: ['apps/setup/src/node-24.mjs'], needs: [], budgetMinutes: 1.75 },
  {
    name: 'Node 24, tfjs specs on TensorFlow',
    script: ['apps/setup/src/node-24-specs.mjs'],
    needs: ['tensorflow'],
    budgetMinutes: 0.15,
  },
  {
    name: 'tests on TensorFlow through tfjs-node-gpu',
    script: ['apps/setup/src/gpu-package.mjs'],
    needs: ['tensorflow'],
    budgetMinutes: 0.75,
  },
  {
    name: 'long tests on a device',
    script: ['apps/setup/src/long-tests.mjs'],
    needs: ['vulkan'],
    budgetMinutes: 8.5,
    shaders: 'four-lanes',
  },
  {
    name: 'training on real digits',
    script: ['apps/demo/dist/check-training.mjs'],
    needs: ['vulkan', 'shared'],
    budgetMinutes: 3.25,
    beside: true,
  },
  {
    name: 'training on real digits, TensorFlow',
    script: ['apps/demo/dist/check-node-training.mjs'],
    needs: ['tensorflow', 'vulkan', 'shared'],
    budgetMinutes: 1.25,
    beside: true,
  },
  {
    name: 'training goes on in Keras',
    script: ['apps/keras-proof/dist/check-keras.mjs'],
    needs: ['keras'],
    budgetMinutes: 2.5,
    beside: true,
  },
  { name: 'training curves', script: ['apps/bench/dist/check-curves.mjs'], needs: ['vulkan', 'shared'], budgetMinutes: 4.5, beside: true },
  { name: 'budgets of a train step', script: ['apps/bench/dist/budgets.mjs'], needs: ['vulkan'], budgetMinutes: 2, beside: true },
  {
    name: 'tutorials on real data',
    script: ['apps/tutorials/dist/check-tutorials.mjs'],
    needs: ['vulkan', 'tensorflow', 'shared'],
    budgetMinutes: 4,
    beside: true,
  },
  { name: 'browsers', script: ['apps/consumers/src/browsers.mjs'], needs: ['browser'], budgetMinutes: 0.5 },
  {
    name: 'tests on a device, in browsers, a quarter',
    script: ['apps/browser-tests/gpu-tests.mjs', '--quarter', 'auto'],
    needs: ['browser'],
    budgetMinutes: 2,
  },
  {
    name: 'each package alone',
    script: ['apps/consumers/src/consumers.mjs'],
    needs: ['tensorflow', 'browser', 'vulkan'],
    budgetMinutes: 2,
  },
  {
    name: 'examples of the documentation',
    script: ['apps/consumers/src/examples.mjs'],
    needs: ['vulkan', 'tensorflow'],
    budgetMinutes: 1.5,
  },
  { name: 'documentation site', script: ['apps/docs/check-site.mjs'], needs: [], budgetMinutes: 1.25 },
  {
    name: 'documentation site, in browsers',
    script: ['apps/docs/browser/site.mjs'],
    needs: ['vulkan', 'browser'],
    budgetMinutes: 7.5,
  },
];
