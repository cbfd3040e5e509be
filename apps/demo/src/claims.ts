import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { span } from './figures.ts';
import { runInProcess } from './run-process.ts';
import type { RunResult } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';

/** What a check found. */
export interface Finding {
  readonly passed: boolean;
  /** The figures, for the line that is printed. */
  readonly figures: string;
}

/** A claim about some runs, as a sentence. */
export interface Claim<Runs> {
  readonly claim: string;
  readonly find: (runs: Runs) => Finding;
}

/** Something that a check cannot do without and this machine does not have. */
export interface MissingNeed {
  readonly need: string;
  readonly why: string;
}

const REQUIRED = new Set((process.env['HALFTONE_REQUIRE'] ?? '').split(',').map((need) => need.trim()));

/**
 * Trains and holds the claims against what came out: one line a claim on stdout, the last line is `N passed, N failed, N skipped`.
 *
 * @param claims - all are failures where a training dies, as that proves nothing
 * @param trainAll - gets a folder that is removed afterwards
 */
export async function checkClaims<Runs>(claims: readonly Claim<Runs>[], trainAll: (scratch: string) => Promise<Runs>): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'halftone-check-'));
  try {
    const runs = await trainAll(scratch);
    const findings = claims.map(({ claim, find }) => ({ claim, ...find(runs) }));
    for (const { claim, passed, figures } of findings) process.stdout.write(`${passed ? 'ok    ' : 'FAILED'}  ${claim}: ${figures}\n`);
    const passed = findings.filter((finding) => finding.passed).length;
    close({ passed, failed: findings.length - passed, skipped: 0 });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    close({ passed: 0, failed: claims.length, skipped: 0 });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Names every claim as skipped, or as failed where `HALFTONE_REQUIRE` lists the need. */
export function skipClaims(claims: readonly Pick<Claim<never>, 'claim'>[], { need, why }: MissingNeed): void {
  const isFailure = REQUIRED.has(need);
  for (const { claim } of claims) process.stdout.write(`${isFailure ? 'FAILED' : 'skipped'}  ${claim} (${why})\n`);
  close({ passed: 0, failed: isFailure ? claims.length : 0, skipped: isFailure ? 0 : claims.length });
}

/** Does one run of a check, and says on stderr how long it took. */
export async function train(name: string, spec: RunSpec): Promise<RunResult> {
  const result = await runInProcess(spec);
  process.stderr.write(`${name}: ${result.steps} steps in ${span(result.totalSeconds)}\n`);
  return result;
}

/**
 * Largest relative difference over the first losses; infinite when there are too few or one is not finite.
 *
 * Pure.
 */
export function worstDifference(losses: readonly number[], expected: readonly number[], count: number): number {
  if (losses.length < count || expected.length < count || count === 0) return Infinity;
  const differences = losses
    .slice(0, count)
    .map((loss, i) => Math.abs(loss - (expected[i] ?? Number.NaN)) / Math.abs(expected[i] ?? Number.NaN));
  return differences.every(Number.isFinite) ? Math.max(...differences) : Infinity;
}

function close({ passed, failed, skipped }: { readonly passed: number; readonly failed: number; readonly skipped: number }): void {
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
