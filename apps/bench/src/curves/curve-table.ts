import { loss } from '../figures.ts';
import type { TextTable } from '../table.ts';
import type { CurveVerdict } from './judge-curves.ts';

/** The verdicts as a table. Pure. */
export function curveTable(verdicts: readonly CurveVerdict[]): TextTable {
  return {
    head: ['model', 'seed', 'policy', 'first', 'final loss', 'to float32', 'held out', 'to float32', 'skipped', 'scale', 'seconds', ''],
    rows: verdicts.map((verdict) => [
      verdict.model,
      String(verdict.seed),
      `${verdict.policy}${verdict.isNudged ? ' nudged' : ''}`,
      loss(verdict.first),
      loss(verdict.final),
      percentGap(verdict.finalGap),
      loss(verdict.heldOut),
      percentGap(verdict.heldOutGap),
      String(verdict.skipped),
      verdict.scale === null ? '-' : String(verdict.scale),
      verdict.seconds.toFixed(0),
      verdict.passed ? 'ok' : 'FAILED',
    ]),
  };
}

/** A relative gap with its sign: `+0.31 %`. */
export function percentGap(gap: number): string {
  return Number.isFinite(gap) ? `${gap < 0 ? '' : '+'}${(100 * gap).toFixed(2)} %` : '-';
}
