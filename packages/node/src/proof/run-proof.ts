import { writeFile } from 'node:fs/promises';
import type { Streams } from '../doctor/run-doctor.ts';
import { prove } from './proof.ts';
import { parseProofArguments, PROOF_USAGE } from './proof-arguments.ts';
import { proofText } from './proof-text.ts';

/**
 * The command `halftone-cuda-proof`.
 *
 * @param args - what follows its name
 * @returns its exit code: 0 if all held, 1 if something did not
 */
export async function runProof(args: readonly string[], { out, error }: Streams): Promise<number> {
  try {
    const { help, out: file, ...options } = parseProofArguments(args);
    if (help) {
      out(PROOF_USAGE);
      return 0;
    }
    const proof = await prove({ ...options, say: (text) => error(`${text}\n`) });
    await writeFile(file, `${JSON.stringify(proof, null, 1)}\n`);
    out(`${proofText(proof)}\n\nWritten to ${file}: attach it to an issue.\n`);
    return [...proof.checks, ...proof.diagnosis.checks].some(({ status }) => status === 'broken') ? 1 : 0;
  } catch (problem) {
    error(`${problem instanceof Error ? problem.message : String(problem)}\n`);
    return 1;
  }
}
