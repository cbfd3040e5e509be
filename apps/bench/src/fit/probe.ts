import { mebibytes } from '../figures.ts';
import { openSubject, type Subject } from '../subject.ts';
import type { FitOrder, FitProbe } from './fit-probe.ts';

/**
 * Builds a model and trains some steps of it under a budget. To be called once in a process.
 *
 * @returns that it does not fit, where the plug-in or the device refuses or the meter counts more than the budget
 * @throws whatever else goes wrong
 */
export async function probeFit({ spec, budget, dimension, steps }: FitOrder): Promise<FitProbe> {
  const size = spec.options[dimension];
  const losses: (number | null)[] = [];
  let subject: Subject | null = null;
  let peakBytes = 0;
  try {
    subject = await openSubject(spec);
    for (let i = 0; i < steps; i += 1) {
      const loss = await subject.step();
      losses.push(Number.isFinite(loss) ? loss : null);
      peakBytes = Math.max(peakBytes, subject.gpu?.meter.report().bytesPeak ?? 0);
    }
    subject.gpu?.check();
  } catch (error) {
    const why = refusal(error, subject);
    if (why === null) throw error;
    return { size, fits: false, peakBytes: null, why, losses: null, device: subject?.device ?? null };
  }
  const fits = peakBytes <= budget;
  if (!fits && spec.maxBytes !== undefined)
    throw new Error(
      `[bench] the plug-in must keep its cap of ${mebibytes(budget)}, got ${mebibytes(peakBytes)} by the meter. Report it with the command.`,
    );
  const why = fits ? null : `it takes ${mebibytes(peakBytes)}`;
  return { size, fits, peakBytes, why, losses: spec.countOnly ? null : losses, device: subject.device };
}

/** The first sentence of an error that tells of missing room; `null` for all other errors. */
function refusal(error: unknown, subject: Subject | null): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'DeviceMemoryError') return firstSentence(error);
  try {
    subject?.gpu?.check(); // a device that refused a buffer makes everything after it fail
  } catch (refused) {
    return refused instanceof Error ? firstSentence(refused) : null;
  }
  return null;
}

const firstSentence = ({ message }: Error): string => /^.*?\.(?= [A-Z]|$)/s.exec(message)?.[0] ?? message;
