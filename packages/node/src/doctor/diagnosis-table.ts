import type { Check, Diagnosis } from './diagnosis.ts';

const MARKS: Readonly<Record<Check['status'], string>> = { ok: 'ok', note: 'note', missing: 'MISSING', broken: 'BROKEN' };

/** The diagnosis as lines for people. Pure. */
export function diagnosisTable({ checks }: Pick<Diagnosis, 'checks'>): string {
  const width = (of: (check: Check) => string): number => Math.max(...checks.map((check) => of(check).length));
  const [marks, parts] = [width(({ status }) => MARKS[status]), width(({ part }) => part)];
  const indent = ' '.repeat(marks + parts + 4);
  return checks
    .map(({ part, status, found, remedy }) => {
      const line = `${MARKS[status].padEnd(marks)}  ${part.padEnd(parts)}  ${found}`;
      return remedy === undefined ? line : `${line}\n${indent}→ ${remedy}`;
    })
    .join('\n');
}
