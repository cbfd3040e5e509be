import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasVulkan } from './dawn.ts';
import { sharedFolder } from './shared-data.ts';

/** What a test may need beyond Node: a Vulkan driver, a Chromium, a real TensorFlow, the folder of real data. */
export type Need = 'vulkan' | 'browser' | 'tensorflow' | 'keras' | 'shared';

/** Whether a need is met, and how or why not. */
export interface Availability {
  readonly available: boolean;
  readonly reason: string;
}

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const checks = {
  vulkan: async () =>
    (await hasVulkan())
      ? met('Dawn found an adapter')
      : missing('Dawn finds no Vulkan adapter; install a driver or name one in VK_DRIVER_FILES'),
  browser: () => {
    const named = process.env['HALFTONE_BROWSER'];
    const found = (named === undefined || named === '' ? BROWSERS : [named]).find((path) => existsSync(path));
    return found === undefined ? missing('no Chromium; name one in HALFTONE_BROWSER') : met(found);
  },
  tensorflow: () => {
    const named = process.env['HALFTONE_TENSORFLOW'];
    if (named !== undefined && named !== '')
      return existsSync(named) ? met(named) : missing(`HALFTONE_TENSORFLOW names ${named}, which does not exist`);
    return addonFrom(process.cwd()) ?? addonFrom(join(process.cwd(), 'packages', 'node')) ?? missing(`${TFJS_NODE} is not installed`);
  },
  keras: () => {
    const named = process.env['HALFTONE_KERAS_PYTHON'] ?? '';
    if (named === '') return missing('HALFTONE_KERAS_PYTHON names no Python with Keras');
    return existsSync(named) ? met(named) : missing(`HALFTONE_KERAS_PYTHON names ${named}, which does not exist`);
  },
  shared: () => {
    const folder = sharedFolder();
    return folder === undefined ? missing('HALFTONE_SHARED names no folder') : met('HALFTONE_SHARED');
  },
} as const satisfies Record<Need, () => Availability | Promise<Availability>>;

const TFJS_NODE = '@tensorflow/tfjs-node';

/** Looks for tfjs-node in a folder and above it, but not where NODE_PATH points; nothing where it is not installed. */
function addonFrom(folder: string): Availability | undefined {
  const home = join(folder, 'node_modules', TFJS_NODE);
  const addon = join(home, 'lib', 'napi-v8', 'tfjs_binding.node');
  if (existsSync(addon)) return met(addon);
  if (existsSync(home)) return missing(`${TFJS_NODE} has no native binding at lib/napi-v8/tfjs_binding.node`);
  return dirname(folder) === folder ? undefined : addonFrom(dirname(folder));
}

const announced = new Set<Need>();

/**
 * Says whether this machine has what a test needs, so that a skip is visible and never silent.
 *
 * Asks the machine once a call (`vulkan` waits for Dawn's adapter). A missing need is named in one line on stderr, once
 * per process. `HALFTONE_REQUIRE`, a list with commas such as `vulkan,shared`, turns a missing need into an error, so
 * that a machine which should run everything cannot pass by skipping.
 *
 * @throws TypeError if there is no such need
 * @throws Error if the need is missing and `HALFTONE_REQUIRE` lists it
 *
 * @example
 * const vulkan = await requireOrSkip('vulkan');
 * describe.skipIf(!vulkan.available)('matmul on the GPU', () => {});
 */
export async function requireOrSkip(need: Need): Promise<Availability> {
  if (!Object.hasOwn(checks, need)) {
    throw new TypeError(`[testing] unknown need, got ${String(need)}. Use ${Object.keys(checks).join(', ')}.`);
  }
  const result: Availability = await checks[need]();
  if (result.available) return result;
  if (requiredNeeds().has(need)) {
    throw new Error(`[testing] HALFTONE_REQUIRE lists ${need}, got none: ${result.reason}. Provide it, or take it off the list.`);
  }
  if (!announced.has(need)) process.stderr.write(`[testing] skipped what needs ${need}: ${result.reason}\n`);
  announced.add(need);
  return result;
}

function requiredNeeds(): ReadonlySet<string> {
  return new Set((process.env['HALFTONE_REQUIRE'] ?? '').split(',').map((name) => name.trim()));
}

const met = (reason: string): Availability => ({ available: true, reason });
const missing = (reason: string): Availability => ({ available: false, reason });
