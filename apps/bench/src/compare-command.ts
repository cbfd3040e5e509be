import { compareArguments, COMPARE_USAGE } from './compare-arguments.ts';
import { compareTable } from './compare-table.ts';
import { race, type RaceResult } from './race.ts';
import { terminalTable } from './table.ts';
import { keepResult, voiceOf } from './voice.ts';

/** `bench compare`: times contestants in turn and compares them with stock tfjs, pair by pair. */
export async function compareCommand(args: readonly string[]): Promise<void> {
  const wanted = compareArguments(args);
  if (wanted.help) return void process.stdout.write(COMPARE_USAGE);
  const voice = voiceOf(wanted);
  const races: RaceResult[] = [];
  for (const { model, specs } of wanted.races) {
    const result = await race(specs, {
      pairs: wanted.pairs,
      steps: wanted.steps,
      onProgress: (line) => void process.stderr.write(`${line}\n`),
    });
    races.push(result);
    keepResult(`compare-${model}-${result.batch}${wanted.backend === 'halftone-node' ? '-halftone-node' : ''}`, result);
    voice.say(terminalTable(compareTable(result)));
    for (const { backend, policy, why } of result.absent) voice.say(`${backend} ${policy} could not run: ${why}`);
  }
  voice.say(`Time ratios are medians of ${wanted.pairs} pairs measured in turn; each contestant has a process of its own.`);
  voice.answer({ kind: 'compare-all', races });
}
