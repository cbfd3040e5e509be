import { expect, it } from 'vitest';
import { ByteLedger } from './byte-ledger.ts';

it('adds up what is booked and remembers the peaks', () => {
  const ledger = new ByteLedger();
  const [a, b] = [{}, {}];
  ledger.book(a, 400, 200);
  ledger.book(b, 100, 100);
  ledger.strike(a);
  expect(ledger.bytes()).toEqual({ physicalBytes: 100, peakBytes: 500, emulatedBytes: 100, peakEmulatedBytes: 300 });
  ledger.resetPeak();
  expect(ledger.bytes()).toMatchObject({ peakBytes: 100, peakEmulatedBytes: 100 });
});

it('a handle that is booked again changes only what it would take', () => {
  const ledger = new ByteLedger();
  const a = {};
  ledger.book(a, 400, 200);
  ledger.book(a, 400, 400);
  expect(ledger.bytes()).toEqual({ physicalBytes: 400, peakBytes: 400, emulatedBytes: 400, peakEmulatedBytes: 400 });
});

it('ignores handles that are not its own', () => {
  const ledger = new ByteLedger();
  ledger.strike({});
  expect(ledger.bytes().physicalBytes).toBe(0);
});
