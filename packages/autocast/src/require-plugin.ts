import { engine } from '@tensorflow/tfjs-core';
import type { HalfPrecision, Precision } from '@halftone/policy';
import type { PrecisionPlugin } from './plugin.ts';
import { pluginFor } from './plugin.ts';
import { state } from './state.ts';

/** The plug-in of the current backend, or an error that names what to install or call. */
export function requirePlugin(what: string, precision: Precision): PrecisionPlugin {
  const backendName: string | undefined = engine().backendName;
  const plugin = backendName === undefined ? undefined : pluginFor(backendName);
  if (plugin === undefined) {
    const others = [...state().plugins.keys()];
    const remedy =
      others.length > 0
        ? `Switch to one that has: await tf.setBackend('${others[0]}').`
        : 'Call await useWebGPU() from @halftone/webgpu, await useNode() from @halftone/node on tfjs-node, or await useEmulated() from @halftone/emulate where there is no GPU. ' +
          'Loss scaling and the codecs work without a plug-in.';
    throw new Error(`[autocast] ${what} needs a backend with a precision plug-in, got '${backendName ?? 'none'}'. ${remedy}`);
  }
  if (precision !== 'float32' && !plugin.formats.includes(precision as HalfPrecision)) {
    throw new Error(
      `[autocast] ${what} needs ${precision}, got a backend '${plugin.backendName}' that stores ${plugin.formats.join(' and ') || 'float32 alone'}. ` +
        (plugin.missingFormat ?? `Use one of its formats, or register ${plugin.packageName} with another codec.`),
    );
  }
  return plugin;
}
