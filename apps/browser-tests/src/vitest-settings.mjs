import { inCache, root } from '../../setup/src/folders.mjs';
import { shaderSettings } from '../../setup/src/shader-settings.mjs';
import { playwrightCore } from './browser-provider.mjs';
import { kinds, switches } from './kinds.mjs';
import { nodeParts, standIns } from './node-parts.mjs';

/** The tests of vitest's project `gpu`, see the config of the root, in two browsers instead of Node. `gpu-tests.mjs` says which files. */
export const vitestSettings = /** @satisfies {import('vitest/config').ViteUserConfig} */ ({
  root,
  cacheDir: inCache('browser-tests'),
  plugins: [nodeParts()],
  resolve: { conditions: ['@halftone/source', 'browser', 'import', 'module', 'default'], alias: standIns },
  test: {
    include: ['packages/*/test/gpu/**/*.test.ts', 'apps/*/test/gpu/**/*.test.ts'],
    setupFiles: ['apps/browser-tests/page/process.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      fileParallelism: false,
      screenshotFailures: false,
      api: { host: '127.0.0.1' },
      instances: Object.entries(kinds).flatMap(([name, kind]) => {
        const executablePath = process.env[kind.variable];
        if (!executablePath) return [];
        const args = [...switches, ...kind.switches];
        const env = { ...process.env, ...shaderSettings.quick };
        return { browser: 'chromium', name, provider: playwrightCore({ executablePath, headless: true, args, env }) };
      }),
    },
  },
});
