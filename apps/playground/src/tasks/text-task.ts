import { createRandom, encodeText, writtenText, type Random } from '@halftone/data';
import { oneHot, type HostBatch, type Task, type TaskOptions } from './task.ts';

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
    batch: (step) => rows(learned, batch, { random: createRandom(seed, `rows-${step}`), vocabulary: characters.length }),
    heldOut: () =>
      Array.from({ length: JUDGED_BATCHES }, (_, i) =>
        rows(others, 8, { random: createRandom(seed, `judged-${i}`), vocabulary: characters.length }),
      ),
  };
}

function rows(
  text: Int32Array,
  count: number,
  { random, vocabulary }: { readonly random: Random; readonly vocabulary: number },
): HostBatch {
  const starts = Array.from({ length: count }, () => random.integer(text.length - TOKENS));
  const from = (shift: 0 | 1): Int32Array =>
    Int32Array.from({ length: count * TOKENS }, (_, i) => text[(starts[Math.floor(i / TOKENS)] ?? 0) + (i % TOKENS) + shift] ?? 0);
  return { inputs: { shape: [count, TOKENS], data: from(0) }, targets: oneHot(from(1), vocabulary) };
}
