import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneHotRows } from '../models/host-array.ts';
import type { Batch } from '../models/model.ts';
import { seeded } from '../models/seeded.ts';
import { TRANSFORMER } from '../models/transformer-arrays.ts';
import type { CurveData, CurveDataOptions } from './curve-data.ts';

const LEARNED = 0.9; // of the text; its end is held out

/** Shakespeare's plays, character by character: each target is the next character. */
export function textData({ folder, batch, size, seed }: CurveDataOptions): CurveData {
  const ids = characterIds(readFileSync(join(folder, 'tinyshakespeare', 'input.txt'), 'utf8'), TRANSFORMER.vocabulary);
  const cut = Math.floor(ids.length * LEARNED);
  const [learned, others] = [ids.subarray(0, cut), ids.subarray(cut)];
  const batchOf = (text: Int32Array, drawn: number): Batch => {
    const starts = seeded(drawn).integers(batch, text.length - size);
    const rows = (shift: 0 | 1): Int32Array =>
      Int32Array.from({ length: batch * size }, (_, i) => text[(starts[Math.floor(i / size)] ?? 0) + (i % size) + shift] ?? 0);
    return { inputs: oneHotRows(rows(0), TRANSFORMER.vocabulary), targets: oneHotRows(rows(1), TRANSFORMER.vocabulary) };
  };
  return {
    train: (step) => batchOf(learned, seed * 1_000_003 + step),
    heldOut: (index) => batchOf(others, -1 - index), // the same for every seed
  };
}

/**
 * Numbers characters by how often they appear, most frequent first.
 *
 * Pure. Where a text has more characters than there are numbers (this one has 65 for 64), the rarest share the last number.
 *
 * @param vocabulary - how many numbers there are
 */
export function characterIds(text: string, vocabulary: number): Int32Array {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const ranked = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  const idOf = new Map(ranked.map((character, rank) => [character, Math.min(rank, vocabulary - 1)]));
  return Int32Array.from(text, (character) => idOf.get(character) ?? 0);
}
