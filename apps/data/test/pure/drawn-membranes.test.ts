import { describe, expect, test } from 'vitest';
import { drawMembranes, drawnMembranes } from '../../src/drawn-membranes.ts';
import { pictureCount, type MembraneSet } from '../../src/membrane-set.ts';

/** Best Dice that a threshold of brightness reaches, chosen with the masks at hand. */
function thresholdDice({ pictures, masks }: MembraneSet): number {
  const diceAt = (limit: number): number => {
    let [both, marked, real] = [0, 0, 0];
    pictures.forEach((value, i) => {
      const [isDark, isMembrane] = [value < limit ? 1 : 0, masks[i] ?? 0];
      both += isDark * isMembrane;
      marked += isDark;
      real += isMembrane;
    });
    return (2 * both) / (marked + real);
  };
  return Math.max(...Array.from({ length: 40 }, (_, i) => diceAt(-2 + i / 10)));
}

/** Mean of the three by three pixels around each: what a careful person would threshold. */
function smoothed(set: MembraneSet): MembraneSet {
  const { side } = set;
  const pictures = set.pictures.map((_, i) => {
    const [x, y, from] = [i % side, Math.floor(i / side) % side, i - (i % (side * side))];
    let [sum, count] = [0, 0];
    for (let row = Math.max(0, y - 1); row <= Math.min(side - 1, y + 1); row += 1)
      for (let column = Math.max(0, x - 1); column <= Math.min(side - 1, x + 1); column += 1) {
        sum += set.pictures[from + row * side + column] ?? 0;
        count += 1;
      }
    return sum / count;
  });
  return { ...set, pictures };
}

describe('the drawn tissue', () => {
  test('is the same pixels for the same seed', () => {
    expect(drawMembranes(2, 5, 'train', 48)).toEqual(drawMembranes(2, 5, 'train', 48));
  });

  test('differs from seed to seed, from picture to picture, and between what is learned from and what is held out', () => {
    const { train, heldOut } = drawnMembranes({ train: 2, heldOut: 2, side: 32, seed: 5 });
    expect(train.pictures).not.toEqual(drawMembranes(2, 6, 'train', 32).pictures);
    expect(train.pictures).not.toEqual(heldOut.pictures);
    expect(train.masks.slice(0, 1024)).not.toEqual(train.masks.slice(1024));
    expect([pictureCount(train), pictureCount(heldOut)]).toEqual([2, 2]);
  });

  test('has masks of zeros and ones, a fifth to a third of them membrane', () => {
    const { masks } = drawMembranes(4, 1, 'train', 96);
    expect([...new Set(masks)].sort()).toEqual([0, 1]);
    const share = masks.reduce((sum, value) => sum + value, 0) / masks.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.34);
  });

  test('lies around 0 and is of order 1', () => {
    const { pictures } = drawMembranes(4, 2, 'train', 96);
    const mean = pictures.reduce((sum, value) => sum + value, 0) / pictures.length;
    const deviation = Math.sqrt(pictures.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pictures.length);
    expect(Math.abs(mean)).toBeLessThan(0.3);
    expect(deviation).toBeGreaterThan(0.5);
    expect(deviation).toBeLessThan(1.3);
  });

  test.each([1, 2, 3])('is an honest task: darkness alone tells membranes from cells no better than in real tissue (seed %i)', (seed) => {
    const set = drawMembranes(4, seed, 'train', 128);
    expect(thresholdDice(set)).toBeLessThan(0.7);
    expect(thresholdDice(set)).toBeGreaterThan(0.5);
    expect(thresholdDice(smoothed(set))).toBeLessThan(0.8);
  });

  test('refuses a picture in which no cell has room', () => {
    expect(() => drawMembranes(1, 1, 'train', 8)).toThrow(/\[data\] side must be 16 pixels or more, got 8\. A cell/);
  });
});
