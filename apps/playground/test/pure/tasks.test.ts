import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src/state/settings.ts';
import { epochOrder } from '../../src/tasks/epoch-order.ts';
import { taskFor } from '../../src/tasks/task-for.ts';
import { readNote, writeNote, type NoteStore } from '../../src/state/saved-note.ts';

const images = {
  side: 4,
  pixels: new Float32Array(20 * 48).map((_, i) => Math.floor(i / 48)),
  labels: Uint8Array.from({ length: 20 }, (_, i) => i % 2),
  classes: ['a', 'b'],
};

describe('the order of examples', () => {
  it('has each of them once in an epoch', () => {
    const order = epochOrder(10, { batch: 5, seed: 3 });
    expect([...order(1), ...order(2)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is the same for whoever goes on in the middle, across epochs too', () => {
    const [whole, late] = [epochOrder(7, { batch: 5, seed: 3 }), epochOrder(7, { batch: 5, seed: 3 })];
    const all = [1, 2, 3, 4, 5].map((step) => [...whole(step)]);
    expect([...late(5)]).toEqual(all[4]);
    expect([...late(3)]).toEqual(all[2]);
  });

  it('differs by seed', () => {
    expect([...epochOrder(50, { batch: 50, seed: 1 })(1)]).not.toEqual([...epochOrder(50, { batch: 50, seed: 2 })(1)]);
  });
});

describe('a task', () => {
  for (const model of ['cnn', 'unet', 'transformer'] as const)
    it(`of the ${model} has the same examples at the same step, others at the next, and others again held out`, () => {
      const settings = defaultSettings({ model });
      const [task, again] = [taskFor(settings, null), taskFor(settings, null)];
      const { inputs, targets } = task.batch(3);
      expect(task.shape.model).toBe(model);
      expect(inputs.shape[0]).toBe(settings.batch);
      expect(inputs.data).toHaveLength(inputs.shape.reduce((product, size) => product * size, 1));
      expect(targets.data).toHaveLength(targets.shape.reduce((product, size) => product * size, 1));
      expect(again.batch(3)).toEqual({ inputs, targets });
      expect(task.batch(4).inputs.data).not.toEqual(inputs.data);
      expect(task.heldOut().length).toBeGreaterThan(0);
    });

  it('of own images holds a fifth of each class out', () => {
    const task = taskFor({ ...defaultSettings(), data: 'images', batch: 16 }, images);
    const held = task.heldOut().flatMap(({ inputs }) => [...inputs.data].filter((_, i) => i % 48 === 0));
    const learned = new Set([1, 2, 3].flatMap((step) => [...task.batch(step).inputs.data].filter((_, i) => i % 48 === 0)));
    expect(held.length).toBeGreaterThanOrEqual(2);
    expect(held.filter((picture) => learned.has(picture))).toEqual([]);
    expect(learned.size + held.length).toBe(20);
  });

  it('of own images needs them', () => {
    expect(() => taskFor({ ...defaultSettings(), data: 'images' }, null)).toThrow(
      /must be chosen before training, got none\. Choose a folder/,
    );
  });
});

describe('the note of a checkpoint', () => {
  const store = (): NoteStore & { text: string | null } => ({
    text: null,
    getItem() {
      return this.text;
    },
    setItem(_, text) {
      this.text = text;
    },
  });
  const saved = { settings: { ...defaultSettings({ model: 'unet' }), seed: 4 }, step: 20, savedAt: '2026-01-02T03:04:05.000Z' };

  it('comes back', () => {
    const place = store();
    expect(readNote(place)).toBeNull();
    writeNote(place, saved);
    expect(readNote(place)).toEqual(saved);
  });

  it('is not believed where it is damaged', () => {
    for (const text of [
      '{',
      '3',
      '{}',
      '{"query":"model=x","step":1,"savedAt":"2026-01-02"}',
      '{"query":"","step":-1,"savedAt":"2026-01-02"}',
      '{"query":"","step":1,"savedAt":"x"}',
    ])
      expect(readNote({ ...store(), text } as NoteStore), text).toBeNull();
  });

  it('is done without where the browser forbids it', () => {
    const forbidden: NoteStore = {
      getItem: () => {
        throw new Error('SecurityError');
      },
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    writeNote(forbidden, saved);
    expect(readNote(forbidden)).toBeNull();
    expect(readNote(null)).toBeNull();
  });
});
