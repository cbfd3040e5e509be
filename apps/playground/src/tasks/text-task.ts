import { createRandom, encodeText, writtenText, type Random } from '@halftone/data';
import type { HostBatch, Task, TaskOptions } from './task.ts';

const LENGTH = 60_000;
const TOKENS = 48;
const JUDGED_BATCHES = 4;

/** A play that the data package writes; the target of each character is the next one. */
export function textTask({ batch, seed }: TaskOptions): Task {
  const { train, heldOut, characters } = writtenText(LENGTH, seed);
  const [learned, others] = [encodeText(train, characters), encodeText(heldOut, characters)];
  return {
    shape: { model: 'transformer', tokens: TOKENS, vocabulary: characters.length },
    source: `a play of ${train.length} characters made up by this page, its last ${heldOut.length} held out, ${TOKENS} at a time`,
    batch: (step) => rows(learned, batch, createRandom(seed, `rows-${step}`)),
    heldOut: () => Array.from({ length: JUDGED_BATCHES }, (_, i) => rows(others, 8, createRandom(seed, `judged-${i}`))),
  };
}

function rows(text: Int32Array, count: number, random: Random): HostBatch {
  const starts = Array.from({ length: count }, () => random.integer(text.length - TOKENS));
  const from = (shift: 0 | 1): Int32Array =>
    Int32Array.from({ length: count * TOKENS }, (_, i) => text[(starts[Math.floor(i / TOKENS)] ?? 0) + (i % TOKENS) + shift] ?? 0);
  return { inputs: { shape: [count, TOKENS], data: from(0) }, targets: { shape: [count, TOKENS], data: from(1) } };
}
