/**
 * What a package may import when it runs. `halftone` lists packages of this repository, `outside` what others publish, `node` the modules of Node.
 *
 * `runsIn` marks a package for Node alone, which imports modules of Node as it likes. A package that browsers load reaches
 * one only through the files that `onlyFrom` names, and none of its other files reaches those.
 * @typedef {{ readonly halftone: readonly string[], readonly outside: readonly string[], readonly node?: readonly string[], readonly runsIn?: 'node', readonly onlyFrom?: Readonly<Record<string, string>> }} Allowed
 */

/**
 * The packages in their order: each imports only from those above it. The order is the architecture, so a line changes here only together with docs/decisions.
 *
 * Modules of Node are listed where a package loads them itself; a browser bundle must never meet a static import of one.
 */
export const packageOrder = /** @type {const} @satisfies {Record<string, Allowed>} */ ({
  float16: { halftone: [], outside: [] },
  policy: { halftone: [], outside: [] },
  'loss-scale': { halftone: [], outside: [] },
  autocast: { halftone: ['float16', 'policy'], outside: ['@tensorflow/tfjs-core'] },
  optimizer: { halftone: ['float16', 'policy', 'loss-scale', 'autocast'], outside: ['@tensorflow/tfjs-core'] },
  webgpu: {
    halftone: ['float16', 'policy', 'loss-scale', 'autocast'],
    outside: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu', 'webgpu'],
  },
  node: {
    halftone: ['float16', 'policy', 'loss-scale', 'autocast', 'optimizer'], // the last one for the training of halftone-cuda-proof alone
    outside: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
    runsIn: 'node',
  },
  emulate: {
    halftone: ['float16', 'policy', 'autocast'],
    outside: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', '@tensorflow/tfjs-backend-wasm'],
  },
  models: {
    halftone: ['float16', 'policy', 'loss-scale', 'autocast', 'optimizer'],
    outside: ['@tensorflow/tfjs-converter', '@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
  },
  halftone: {
    halftone: ['float16', 'policy', 'loss-scale', 'autocast', 'optimizer', 'webgpu', 'emulate', 'models'],
    outside: [],
    onlyFrom: { node: 'src/node.ts' },
  },
});

/** Outside the order: a devDependency of anyone, free to use Node and test tools, and importing no other package of ours. */
export const testPackage = 'testing';

/** Files that other packages bundle into their own tests, where the names resolve in the caller's folder: only the rules about reaching inside hold for them. */
export const bundledElsewhere = 'packages/testing/src/conformance/setup/';
