#!/usr/bin/env node
import { runProof } from './proof/run-proof.ts';

process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1'; // TensorFlow reads these when it is loaded
process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
process.exitCode = await runProof(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
