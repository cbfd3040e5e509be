import { expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

it('runs one piece of work after the other, also after one that failed', async () => {
  const seen: string[] = [];
  const work = (name: string) => async (): Promise<string> => {
    seen.push(`${name} starts`);
    await Promise.resolve();
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('mine');
    return name;
  };
  const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(work(name))));
  expect(seen).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  expect([a, b?.status, c]).toEqual([{ status: 'fulfilled', value: 'a' }, 'rejected', { status: 'fulfilled', value: 'c' }]);
});
