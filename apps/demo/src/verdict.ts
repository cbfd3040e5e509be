import { percent, ratio } from './figures.ts';
import { judge } from './outcome.ts';
import { runOf, runTitle, type FinishedRun } from './run-title.ts';

/** Points of accuracy by which a run may lie behind and still count as equal: one held-out picture in fifty. */
const EQUAL_WITHIN = 0.02;

/**
 * Says in words what the runs show, good or bad.
 *
 * Pure. Says only what was measured: without the stock run nothing is compared.
 *
 * @returns one to three sentences
 */
export function verdict(runs: readonly FinishedRun[]): string {
  return [mixedVerdict(runs), halfVerdict(runs)].filter((part) => part !== undefined).join(' ') || plainVerdict(runs);
}

function mixedVerdict(runs: readonly FinishedRun[]): string | undefined {
  const mixed = runOf(runs, 'mixed');
  const stock = runOf(runs, 'stock');
  if (mixed === undefined) return undefined;
  const title = runTitle(mixed.spec);
  const outcome = judge(mixed.result.losses);
  if (outcome.kind !== 'learned') return `${title} did not learn: ${outcome.text}.`;
  if (stock === undefined || mixed.result.accuracy === null || stock.result.accuracy === null)
    return `${title} learned: ${percent(mixed.result.accuracy)} of the held-out digits are right.`;
  const behind = stock.result.accuracy - mixed.result.accuracy;
  const compared = `${percent(mixed.result.accuracy)} against ${percent(stock.result.accuracy)}`;
  const learned =
    behind > EQUAL_WITHIN
      ? `${title} learned, but stands behind float32 (${compared})`
      : `${title} learned as well as float32 (${compared})`;
  return `${learned}${savings(mixed, stock)}.`;
}

function savings(mixed: FinishedRun, stock: FinishedRun): string {
  const [ours, theirs] = [mixed.result.counters, stock.result.counters];
  if (ours === null || theirs === null) return '';
  const peak = `, with ${ratio(ours.peakBytes, theirs.peakBytes)} of its peak memory`;
  const traffic = ratio(ours.storageBytesBound, theirs.storageBytesBound);
  return ours.dispatches === null || theirs.dispatches === null
    ? `${peak} and ${traffic} of the bytes that go in and out of its ops`
    : `${peak}, ${traffic} of its bytes bound and ${ratio(ours.dispatches, theirs.dispatches)} of its dispatches`;
}

function halfVerdict(runs: readonly FinishedRun[]): string | undefined {
  const half = runOf(runs, 'everything-half');
  if (half === undefined) return undefined;
  const outcome = judge(half.result.losses);
  const { unanswered, heldOut } = half.result;
  const accuracy =
    unanswered === heldOut
      ? 'it names none of the held-out digits (no answer is a number)'
      : `${percent(half.result.accuracy)} are right, where guessing gives 10 %`;
  if (outcome.kind !== 'learned')
    return `Everything in half, without float32 masters and loss scaling, failed: ${outcome.text}, and ${accuracy}.`;
  return `Everything in half learned this time (${percent(half.result.accuracy)}); it has no protection against small gradients and large sums.`;
}

function plainVerdict(runs: readonly FinishedRun[]): string {
  return runs
    .map(({ spec, result }) => `${runTitle(spec)}: ${judge(result.losses).text}, ${percent(result.accuracy)} are right.`)
    .join(' ');
}
