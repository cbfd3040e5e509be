import type { DemoArguments } from './arguments.ts';
import type { PluginName } from './run-spec.ts';

/** A command to type, and what for. */
export interface NextCommand {
  readonly command: string;
  readonly purpose: string;
}

/**
 * Picks the three commands that tell most after this one.
 *
 * Pure.
 *
 * @param args - what was run
 * @param plugin - what carried it
 */
export function nextCommands(args: DemoArguments, plugin: PluginName): readonly NextCommand[] {
  const candidates: readonly (NextCommand & { readonly when: boolean })[] = [
    { when: !args.open, command: 'npm start -- --open', purpose: 'the same, and the curves in your browser' },
    {
      when: args.data === undefined,
      command: 'npm start -- --data DIR',
      purpose: 'real MNIST: a folder with its IDX files, such as t10k-images-idx3-ubyte.gz',
    },
    {
      when: args.policy !== 'mixed_bfloat16',
      command: 'npm start -- --policy mixed_bfloat16',
      purpose: 'the other half: range of float32, 8 bits of precision',
    },
    { when: plugin === 'webgpu' && !args.packed, command: 'npm start -- --packed', purpose: 'as on a GPU without shader-f16' },
    { when: plugin === 'webgpu', command: 'npm start -- --plugin emulate', purpose: 'exact rounding without any GPU' },
    { when: true, command: 'npm start -- --seed 2', purpose: 'other digits, other weights, another order' },
    { when: true, command: 'npm start -- --json', purpose: 'all figures as one JSON object' },
  ];
  return candidates
    .filter(({ when }) => when)
    .slice(0, 3)
    .map(({ command, purpose }) => ({ command: plugin === 'node' ? command.replace('--', '-- --plugin node') : command, purpose }));
}
