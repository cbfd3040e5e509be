#!/usr/bin/env node
import { runDoctor } from './doctor/run-doctor.ts';

process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1'; // TensorFlow reads it when it is loaded: warnings, no chatter
process.exitCode = await runDoctor(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
