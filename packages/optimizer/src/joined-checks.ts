import type { Tensor } from '@tensorflow/tfjs-core';
import { add, greater, logicalAnd, tidy, where } from '@tensorflow/tfjs-core';
import type { FiniteCheck } from './finite-check.ts';
import type { NamedCheck } from './gradient-tags.ts';

/** AND of several checks on the device, `[1]`; owned by the caller. */
export function allFinite(checks: Iterable<NamedCheck>): Tensor {
  const [first, ...rest] = [...checks].map(({ finite }) => finite) as [Tensor, ...Tensor[]];
  return tidy(() => rest.reduce((joined: Tensor, finite) => logicalAnd(joined, finite), first.clone()));
}

/** Several checks as one over all their names, in order; owned by the caller. */
export function joinChecks(checks: readonly NamedCheck[]): NamedCheck {
  const names = checks.flatMap((check) => check.names);
  const joined = tidy((): FiniteCheck => {
    let offset = 0;
    let firstBad: Tensor | null = null;
    for (const check of checks) {
      const here: Tensor =
        offset === 0 ? check.firstBad.clone() : where(greater(check.firstBad, -1), add(check.firstBad, offset), check.firstBad);
      firstBad = firstBad === null ? here : where(greater(firstBad, -1), firstBad, here);
      offset += check.names.length;
    }
    return { finite: allFinite(checks), firstBad: firstBad as Tensor };
  });
  return { ...joined, names };
}
