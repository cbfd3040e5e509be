import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paceOf } from '../../src/pace.ts';

let calm = false;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: calm && query === '(prefers-reduced-motion: reduce)' }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** How often is drawn in a second in which something changes every 10 ms. */
function drawingsOfASecond(): number {
  const draw = vi.fn<() => void>();
  const pace = paceOf(draw);
  for (let ms = 0; ms <= 1000; ms += 10) {
    pace.soon();
    vi.advanceTimersByTime(10);
  }
  pace.cancel();
  return draw.mock.calls.length;
}

test('many changes are a few drawings, and one a second where people asked for less motion', () => {
  calm = false;
  expect(drawingsOfASecond()).toBe(8);
  calm = true;
  expect(drawingsOfASecond()).toBe(1);
});

test('a drawing at once takes along what was waiting, and one that is forgotten never comes', () => {
  calm = false;
  const draw = vi.fn<() => void>();
  const pace = paceOf(draw);
  pace.soon();
  pace.now();
  vi.advanceTimersByTime(2000);
  expect(draw).toHaveBeenCalledOnce();
  pace.soon();
  pace.cancel();
  vi.advanceTimersByTime(2000);
  expect(draw).toHaveBeenCalledOnce();
});
