import { autocast } from '@halftone/autocast';
import type { ModelRecord } from './state.ts';
import { state } from './state.ts';

/** Runs a synchronous part of a model's work under its policy, with its layers' policies in force. */
export function runModel<T>(record: ModelRecord, work: () => T): T {
  if (!record.live) return work();
  const { running } = state();
  const depth = running.push(record);
  try {
    return autocast(record.policy, work);
  } finally {
    running.length = depth - 1;
  }
}
