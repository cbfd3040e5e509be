import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of out/log.jsonl. */
export interface LogLine {
  readonly step: number;
  /** `null` where it was not finite. */
  readonly loss: number | null;
  readonly scale: number;
  readonly skipped: boolean;
}

/** The parts of out/training.json that the proof looks at. */
export interface SavedTraining {
  readonly step: number;
  readonly lossScale: { readonly scale: number; readonly goodSteps: number; readonly skipped: number };
  readonly optimizer: { readonly iterations: number };
}

/** The log of a run, empty before its first step. */
export function readLog(folder: string): readonly LogLine[] {
  const file = join(folder, 'out', 'log.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1); // the last one may be half written
  return lines.map((line) => JSON.parse(line) as LogLine);
}

/** What was saved last. */
export function readSaved(folder: string): SavedTraining {
  return JSON.parse(readFileSync(join(folder, 'out', 'training.json'), 'utf8')) as SavedTraining;
}

/** The bytes of the tensors of a safetensors file, without its header, whose metadata names the step. */
export function tensorBytes(folder: string, name: string): Buffer {
  const bytes = readFileSync(join(folder, name));
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}
