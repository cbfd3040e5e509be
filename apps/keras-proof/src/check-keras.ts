import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useEmulated } from '@halftone/emulate';
import { parityStage } from './parity-stage.ts';
import { kerasPython } from './python.ts';
import { pythonStage } from './python-stage.ts';
import { seamStage } from './seam-stage.ts';
import { runStages, skipStages } from './stages.ts';
import { agreementStage, killedStage, overflowStage, tpuStage } from './worker-stages.ts';

// Trainings that cross from tfjs to the real Keras, for CI: prints one line a claim and ends with `N passed, N failed, N skipped`.
// `node check-keras.mjs seam` runs the stages of that name alone.

const scratch = mkdtempSync(join(tmpdir(), 'halftone-keras-'));
const all = {
  python: pythonStage(scratch),
  seam: seamStage(scratch),
  agreement: agreementStage(scratch),
  overflow: overflowStage(scratch),
  killed: killedStage(scratch),
  tpu: tpuStage(scratch),
  parity: parityStage(scratch),
};
const wanted = process.argv.slice(2);
const stages = Object.entries(all)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .map(([, stage]) => stage);

try {
  if (kerasPython === '') {
    skipStages(stages, 'keras', 'HALFTONE_KERAS_PYTHON names no Python with Keras: `node apps/setup/src/prepare.mjs keras` brings one');
  } else {
    await useEmulated({ base: 'wasm' });
    await runStages(stages);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
