import { measureStep } from './measurement.ts';
import { stepArguments, STEP_USAGE } from './step-arguments.ts';
import { stepTable } from './step-table.ts';
import { terminalTable } from './table.ts';
import { keepResult, voiceOf } from './voice.ts';

/** `bench step`: counts and times one train step, in a process of its own. */
export async function stepCommand(args: readonly string[]): Promise<void> {
  const wanted = stepArguments(args);
  if (wanted.help) return void process.stdout.write(STEP_USAGE);
  const voice = voiceOf(wanted);
  const result = await measureStep(wanted.spec, wanted.steps);
  const { model, backend, policy, batch, size } = result;
  keepResult(`step-${model}-${batch}-${size}-${backend}-${policy}${result.countOnly ? '-count-only' : ''}`, result);
  voice.say(terminalTable(stepTable([result])));
  voice.say(`On ${result.machine.device}; Node ${result.machine.node}; commit ${result.machine.commit}.`);
  voice.answer(result);
}
