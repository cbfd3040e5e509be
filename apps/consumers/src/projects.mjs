/** @import { Need } from '../../setup/src/needs.mjs' */

/**
 * A folder as a user would have it: what is asked for in its package.json.
 * @typedef {{ readonly ours: readonly string[], readonly stock: readonly string[], readonly brought: readonly string[], readonly needs?: readonly Need[] }} Project
 */

const core = '@tensorflow/tfjs-core';
const layers = '@tensorflow/tfjs-layers';
const converter = '@tensorflow/tfjs-converter';
const cpu = '@tensorflow/tfjs-backend-cpu';
const wasm = '@tensorflow/tfjs-backend-wasm';
const webgpu = '@tensorflow/tfjs-backend-webgpu';
const base = ['@halftone/autocast', '@halftone/float16', '@halftone/policy'];
const everything = [
  'halftone',
  ...base,
  '@halftone/emulate',
  '@halftone/loss-scale',
  '@halftone/models',
  '@halftone/node',
  '@halftone/optimizer',
  '@halftone/webgpu',
];

/**
 * `ours` and `stock` are asked for, `brought` is all of ours that may then be there: anything else that our packages bring is a failure.
 */
export const projects = /** @type {const} @satisfies {Record<string, Project>} */ ({
  float16: { ours: ['@halftone/float16'], stock: [], brought: ['@halftone/float16'] },
  policy: { ours: ['@halftone/policy'], stock: [], brought: ['@halftone/policy'] },
  'loss-scale': { ours: ['@halftone/loss-scale'], stock: [], brought: ['@halftone/loss-scale'] },
  optimizer: {
    ours: ['@halftone/optimizer', '@halftone/loss-scale'],
    stock: [core, layers, cpu],
    brought: [...base, '@halftone/loss-scale', '@halftone/optimizer'],
  },
  'tfjs-node': {
    ours: ['@halftone/optimizer', '@halftone/loss-scale'],
    stock: [core, layers, '@tensorflow/tfjs-node'],
    brought: [...base, '@halftone/loss-scale', '@halftone/optimizer'],
    needs: ['tensorflow'],
  },
  node: {
    ours: ['@halftone/node', '@halftone/autocast', '@halftone/loss-scale', '@halftone/optimizer'],
    stock: [core, layers, '@tensorflow/tfjs-node'],
    brought: [...base, '@halftone/loss-scale', '@halftone/node', '@halftone/optimizer'],
    needs: ['tensorflow'],
  },
  webgpu: {
    ours: ['@halftone/webgpu', '@halftone/autocast'],
    stock: [core, layers, webgpu, 'webgpu'],
    brought: [...base, '@halftone/webgpu'],
  },
  emulate: {
    ours: ['@halftone/emulate', '@halftone/autocast', '@halftone/float16'],
    stock: [core, wasm],
    brought: [...base, '@halftone/emulate'],
  },
  models: {
    ours: ['@halftone/models', '@halftone/autocast', '@halftone/emulate'],
    stock: [core, layers, converter, cpu, wasm],
    brought: [...base, '@halftone/emulate', '@halftone/loss-scale', '@halftone/models', '@halftone/optimizer'],
  },
  everything: {
    ours: everything,
    stock: [core, layers, converter, cpu, wasm, '@tensorflow/tfjs-backend-webgl', webgpu, 'webgpu'],
    brought: everything,
  },
});

/** @typedef {keyof typeof projects} ProjectName */
/** @typedef {'npm' | 'pnpm'} Installer */

/** The versions of what others publish; the same as in the workspace's catalog. */
export const stockVersions = /** @type {(name: string) => string} */ ((name) => (name === 'webgpu' ? '0.6.2' : '4.22.0'));
