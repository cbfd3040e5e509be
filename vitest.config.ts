import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Kinds of test by what they need: nothing (`pure`), a tfjs CPU backend (`cpu`), a WebGPU device (`gpu`), one for minutes (`long`, which `.ci/run` runs), tfjs-node with its TensorFlow (`tensorflow`). */
const conditions = ['@halftone/source', 'import', 'module', 'node', 'default'];
const project = (name: string, include: string[], extra: object = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, include, pool: 'forks' as const, ...extra },
});

export default defineConfig({
  test: {
    reporters: ['default'],
    maxWorkers: Math.min(availableParallelism(), 4), // vitest would leave one core idle, of two; each worker has a device, a backend and a TensorFlow of its own
    projects: [
      project(
        'pure',
        ['packages/*/src/**/*.test.ts', 'packages/*/test/pure/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'apps/*/test/pure/**/*.test.ts'],
        { testTimeout: 20_000 },
      ),
      project('cpu', ['packages/*/test/cpu/**/*.test.ts', 'apps/*/test/cpu/**/*.test.ts'], { testTimeout: 60_000 }),
      project('gpu', ['packages/*/test/gpu/**/*.test.ts', 'apps/*/test/gpu/**/*.test.ts'], { testTimeout: 120_000 }),
      project('long', ['packages/*/test/long/**/*.test.ts', 'apps/*/test/long/**/*.test.ts'], { testTimeout: 120_000 }),
      project('tensorflow', ['packages/*/test/tensorflow/**/*.test.ts', 'apps/*/test/tensorflow/**/*.test.ts'], {
        testTimeout: 120_000,
        env: { TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '3' }, // for vitest by itself; npm test sets it too
      }),
    ],
  },
});
