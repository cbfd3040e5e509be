import type { Finding } from './finding.ts';
import type { Lesson, PluginHandle, PluginWishes, Program } from './lesson.ts';

/** What a program found, and on what. */
export interface Outcome {
  readonly finding: Finding;
  /** What it ran on, in words; empty for a program without a plug-in. */
  readonly device: string;
  /** Where its data came from, in words; empty for a program without data. */
  readonly source: string;
  readonly seconds: number;
}

/**
 * Runs a program and notes what it ran on and where its data came from.
 *
 * @param lesson - all that the program gets
 * @throws what the program throws; an AbortError after the signal
 */
export async function runProgram(program: Program, lesson: Lesson): Promise<Outcome> {
  const begin = performance.now();
  let device = '';
  let source = '';
  const noted =
    <T extends { readonly source: string }>(load: () => Promise<T>) =>
    async (): Promise<T> => {
      const data = await load();
      source = data.source;
      return data;
    };
  const usePlugin = async (wishes?: PluginWishes): Promise<PluginHandle> => {
    const handle = await lesson.usePlugin(wishes);
    device = handle.device;
    return handle;
  };
  const finding = await program.run({
    ...lesson,
    usePlugin,
    digits: noted(lesson.digits),
    membranes: noted(lesson.membranes),
    text: noted(lesson.text),
  });
  return { finding, device, source, seconds: (performance.now() - begin) / 1000 };
}
