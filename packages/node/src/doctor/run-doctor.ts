import { diagnose } from './diagnose.ts';
import { exitCodeOf } from './diagnosis.ts';
import { diagnosisTable } from './diagnosis-table.ts';
import { DOCTOR_USAGE, parseDoctorArguments } from './doctor-arguments.ts';

/** Where a command writes. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/**
 * The command `halftone-node-doctor`.
 *
 * @param args - what follows its name
 * @returns its exit code
 */
export async function runDoctor(args: readonly string[], { out, error }: Streams): Promise<number> {
  try {
    const asked = parseDoctorArguments(args);
    if (asked.help) {
      out(DOCTOR_USAGE);
      return 0;
    }
    const diagnosis = await diagnose(asked);
    (asked.json ? error : out)(`${diagnosisTable(diagnosis)}\n`);
    for (const { part, status, found, remedy } of diagnosis.checks)
      if (status === 'broken') error(`[node] ${part}: ${found}${remedy === undefined ? '' : ` ${remedy}`}\n`);
    const code = exitCodeOf(diagnosis, asked);
    if (code === 2) error('[node] --require-gpu needs a GPU that TensorFlow uses, got none. The lines marked MISSING say what to bring.\n');
    if (asked.json) out(`${JSON.stringify(diagnosis)}\n`);
    return code;
  } catch (problem) {
    error(`${problem instanceof Error ? problem.message : String(problem)}\n`);
    return 1;
  }
}
