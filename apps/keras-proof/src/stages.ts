/** What a stage found about one of its claims, with the figures for the line that is printed. */
export interface Finding {
  readonly passed: boolean;
  readonly figures: string;
}

/** A part of the proof: what it claims, and how that is found out. */
export interface Stage {
  readonly claims: readonly string[];
  /** A finding for each claim, in their order. */
  run(): Promise<readonly Finding[]>;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Runs the stages one after the other: one line a claim on stdout, the last line is `N passed, N failed, N skipped`.
 *
 * A stage that dies has failed in all that it claims; the next one runs nevertheless.
 */
export async function runStages(stages: readonly Stage[]): Promise<void> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { claims, run } of stages) {
    const start = performance.now();
    const findings = await run().catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      return claims.map(() => ({ passed: false, figures: 'the stage died, see above' }));
    });
    claims.forEach((claim, index) => {
      const { passed, figures } = findings[index] ?? { passed: false, figures: 'nothing was found' };
      counts[passed ? 'passed' : 'failed'] += 1;
      process.stdout.write(`${passed ? 'ok    ' : 'FAILED'}  ${claim}: ${figures}\n`);
    });
    process.stderr.write(`  (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
  }
  close(counts);
}

/** Names every claim as skipped, or as failed where `HALFTONE_REQUIRE` lists the need. */
export function skipStages(stages: readonly Pick<Stage, 'claims'>[], need: string, why: string): void {
  const claims = stages.flatMap((stage) => stage.claims);
  const isFailure = (process.env['HALFTONE_REQUIRE'] ?? '').split(',').some((name) => name.trim() === need);
  for (const claim of claims) process.stdout.write(`${isFailure ? 'FAILED' : 'skipped'}  ${claim} (${why})\n`);
  close({ passed: 0, failed: isFailure ? claims.length : 0, skipped: isFailure ? 0 : claims.length });
}

function close({ passed, failed, skipped }: Readonly<Counts>): void {
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
