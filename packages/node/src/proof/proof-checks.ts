import type { Check } from '../doctor/diagnosis.ts';
import type { MixedRun } from './proof.ts';
import type { TrainingRun } from './training-run.ts';

/** At least this part of the float inputs of products has to be 16 bits wide in mixed training on a GPU. */
const LEAST_SHARE = 0.5;
/** The first loss is of one and the same network: more than this apart is not rounding. */
const MOST_APART = 0.02;

export interface ProofFacts {
  readonly device: 'cpu' | 'gpu';
  readonly stock: Pick<TrainingRun, 'losses'>;
  readonly mixed: readonly Pick<MixedRun, 'policy' | 'losses' | 'share'>[];
}

/** Judges what was run. Pure. */
export function proofChecks({ device, stock, mixed }: ProofFacts): readonly Check[] {
  const where: Check =
    device === 'gpu'
      ? { part: 'CUDA', status: 'ok', found: 'it ran on the GPU' }
      : { part: 'CUDA', status: 'note', found: "it ran on TensorFlow's CPU library: nothing here says anything of CUDA" };
  return [where, ...mixed.flatMap((run) => [shareCheck(run, device), lossCheck(run, stock.losses)])];
}

function shareCheck({ policy, share }: ProofFacts['mixed'][number], device: ProofFacts['device']): Check {
  const percent = (part: number): string => `${Math.round(100 * part)} %`;
  const found = `${percent(share.ofProductInputs)} of the inputs of products, ${percent(share.ofProducts)} of products and ${percent(share.ofOps)} of all float ops were in half`;
  if (share.ofProductInputs >= LEAST_SHARE) return { part: policy, status: 'ok', found };
  if (device === 'cpu')
    return { part: policy, status: 'note', found: `${found}: the other half kernels of this CPU library do not sum in float32` };
  return {
    part: policy,
    status: 'broken',
    found,
    remedy: `At least ${percent(LEAST_SHARE)} of the inputs have to be: attach the JSON to an issue.`,
  };
}

function lossCheck({ policy, losses }: ProofFacts['mixed'][number], stock: readonly number[]): Check {
  const [first = Number.NaN, reference = Number.NaN] = [losses[0], stock[0]];
  const found = `losses ${shorten(losses)}; float32 ${shorten(stock)}`;
  const part = `${policy} losses`;
  const broken = (remedy: string): Check => ({ part, status: 'broken', found, remedy: `${remedy}: attach the JSON to an issue.` });
  if (!losses.every(Number.isFinite)) return broken('Every loss has to be finite');
  if (!(Math.abs(first - reference) <= MOST_APART * Math.abs(reference))) return broken("The first loss has to be float32's within 2 %");
  if (losses.every((loss, i) => loss === stock[i])) return broken("They are float32's bit for bit, so nothing was half");
  if (losses.length > 1 && losses.every((loss) => loss === first)) return broken('No step was applied: each one overflowed');
  return { part, status: 'ok', found };
}

function shorten(losses: readonly number[]): string {
  const shown = losses.slice(0, 4).map((loss) => loss.toPrecision(5));
  return losses.length > 4 ? `${shown.join(' ')} … ${losses.at(-1)?.toPrecision(5) ?? ''}` : shown.join(' ');
}
