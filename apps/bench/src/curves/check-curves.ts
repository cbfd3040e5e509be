import { join } from 'node:path';
import { requireOrSkip, sharedFolder, type Need } from '@halftone/testing';
import { trainAll, type CurvePlan } from './all-curves.ts';
import { CURVE_MODELS, CURVE_POLICIES, type CurveModel } from './curve-spec.ts';
import { percentGap } from './curve-table.ts';
import { CURVE_BOUND } from './judge-curves.ts';
import { reportCurves } from './report-curves.ts';

// Short trainings on real data, for CI: one seed, all policies; prints a table, a line a claim, and `N passed, N failed, N skipped`.
// The whole trainings with three seeds are evidence/training-curves.mjs.

const CLAIMS = CURVE_MODELS.flatMap((model) => CURVE_POLICIES.map((policy) => ({ model, policy })));

const missing = await missingNeed();
if (missing === undefined) await check();
else {
  for (const claim of CLAIMS) console.log(`skipped  ${nameOf(claim)} (${missing})`);
  close({ passed: 0, failed: 0, skipped: CLAIMS.length });
}

/** What is missing, in words; a required need that is missing ends the check as a failure. */
async function missingNeed(): Promise<string | undefined> {
  for (const need of ['shared', 'vulkan'] satisfies Need[]) {
    const { available, reason } = await requireOrSkip(need);
    if (!available) return reason;
  }
  return undefined;
}

async function check(): Promise<void> {
  const plan: CurvePlan = {
    length: 'short',
    models: CURVE_MODELS,
    policies: CURVE_POLICIES,
    seeds: [1],
    nudgedSeeds: [],
    data: join(sharedFolder() ?? '', 'data'),
  };
  try {
    let last = 0;
    const runs = await trainAll(plan, {
      onProgress(line) {
        if (performance.now() - last < 5000) return;
        last = performance.now();
        process.stderr.write(`${line}\n`);
      },
    });
    const { verdicts, table } = reportCurves(runs, 'short');
    console.log(table);
    for (const verdict of verdicts) {
      const { passed, finalGap, heldOutGap, final } = verdict;
      const figures = `${final.toFixed(4)}, ${percentGap(finalGap)}, held out ${percentGap(heldOutGap)}`;
      console.log(`${passed ? 'ok    ' : 'FAILED'}  ${nameOf(verdict)}: ${figures}`);
    }
    const passed = verdicts.filter((verdict) => verdict.passed).length;
    close({ passed, failed: verdicts.length - passed, skipped: 0 });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    close({ passed: 0, failed: CLAIMS.length, skipped: 0 }); // a training that dies proves nothing
  }
}

function nameOf({ model, policy }: { readonly model: CurveModel; readonly policy: string }): string {
  if (policy === 'float32') return `${model} learns in float32`;
  return `${model} ends under ${policy} where float32 ends, within ${100 * CURVE_BOUND} %`;
}

function close({ passed, failed, skipped }: { readonly passed: number; readonly failed: number; readonly skipped: number }): void {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
