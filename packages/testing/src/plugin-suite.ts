import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeHandles } from './plugin-suite/handles.ts';
import type { PluginSuiteOptions } from './plugin-suite/options.ts';
import { describeReads } from './plugin-suite/reads.ts';
import { describeStorage } from './plugin-suite/storage.ts';
import { describeTraining } from './plugin-suite/training.ts';
import { describeValues } from './plugin-suite/values.ts';

export type { AutocastModule, PluginSuiteOptions } from './plugin-suite/options.ts';

/**
 * Declares the tests that every plug-in has to pass, in vitest, for one format.
 *
 * @example
 * // describePlugin({ name: 'emulate on cpu', register: () => registerEmulated({ base: 'cpu' }), format: 'float16', tf, autocast });
 */
export function describePlugin(options: PluginSuiteOptions): void {
  const { name, register, format, tf, autocast, backend = 'own' } = options;
  describe(`${name} in ${format}`, () => {
    let plugin: Awaited<ReturnType<PluginSuiteOptions['register']>>;
    beforeAll(async () => {
      plugin = await register();
      await tf.setBackend(plugin.backendName);
    });
    afterAll(() => plugin?.dispose());

    describeStorage(options);
    describeValues(options);
    describeHandles(options);
    describeTraining(options);
    describeReads(options, () => plugin.backendName);

    it('is gone after dispose and comes back when registered again', async () => {
      const { backendName } = plugin;
      plugin.dispose();
      expect(autocast.pluginFor(backendName)).toBeUndefined();
      expect(Boolean(tf.findBackendFactory(backendName))).toBe(backend === 'stock');
      plugin = await register();
      await tf.setBackend(plugin.backendName);
      expect(autocast.pluginFor(backendName)?.formats).toContain(format);
    });
  });
}
