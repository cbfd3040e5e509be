import { policy, type HalfPrecision } from '@halftone/policy';
import type { DemoArguments } from './arguments.ts';
import { choosePlugin, deviceLine } from './device.ts';
import { findDeviceInProcess, findTensorflowInProcess } from './run-process.ts';
import type { PluginName } from './run-spec.ts';
import type { TensorflowFinding } from './tensorflow-finding.ts';

/** Where the runs will take place. */
export interface Site {
  readonly plugin: PluginName;
  /** The job's first line. */
  readonly device: string;
}

/**
 * Finds where the runs take place: on TensorFlow where that is asked for, else on what WebGPU finds.
 *
 * Asks in a process of its own, for a second at most.
 *
 * @throws Error in one line that says what is missing for the plug-in that was asked for
 */
export async function findSite(args: Pick<DemoArguments, 'plugin' | 'packed' | 'policy' | 'runs'>): Promise<Site> {
  if (args.plugin === 'node') return tensorflowSite(await findTensorflowInProcess(), args);
  const finding = await findDeviceInProcess();
  const plugin = choosePlugin(finding, args.plugin);
  return { plugin, device: deviceLine(finding, plugin, { packed: args.packed }) };
}

/**
 * The site of `--plugin node`.
 *
 * Pure.
 *
 * @throws Error where TensorFlow cannot be loaded, or cannot compute in the format of the runs
 *
 * @example
 * const args = { policy: 'mixed_float16', runs: ['mixed'] } as const;
 * tensorflowSite({ version: '2.9.1', device: 'gpu', formats: ['float16'] }, args).plugin; // 'node'
 */
export function tensorflowSite(finding: TensorflowFinding, args: Pick<DemoArguments, 'policy' | 'runs'>): Site {
  if ('problem' in finding)
    throw new Error(
      `[demo] --plugin node needs TensorFlow, got none: ${finding.problem} Without it --plugin webgpu and --plugin emulate work as ever.`,
    );
  const { version, device, formats } = finding;
  const lacking = formatsOf(args).find((format) => !formats.includes(format));
  if (lacking !== undefined)
    throw new Error(
      `[demo] TensorFlow ${version} must compute in ${lacking} on the ${device.toUpperCase()}, got kernels for ${formats.join(', ') || 'float32 alone'}. ` +
        'Use --policy mixed_float16, or --plugin webgpu.',
    );
  const half = formats.length > 1 ? 'float16 and bfloat16 are types of its own' : 'float16 is a type of its own';
  const limits =
    device === 'cpu' ? ' A CPU library: its half kernels tell whether a model trains, and nothing of how fast a GPU would be.' : '';
  return { plugin: 'node', device: `Device: the ${device.toUpperCase()}, by TensorFlow ${version} through tfjs-node; ${half}.${limits}` };
}

/** What the runs compute in. */
function formatsOf({ policy: mixed, runs }: Pick<DemoArguments, 'policy' | 'runs'>): readonly HalfPrecision[] {
  const asked = runs.flatMap((kind) => ({ stock: [], 'everything-half': ['float16'], mixed: [mixed] })[kind]);
  return asked.map((name) => policy(name).compute).filter((compute) => compute !== 'float32');
}
