import { expect, test } from 'vitest';
import { recordGradients } from '../../record/record-gradients.ts';
import gradients from '../../src/loss-scale/gradients.json' with { type: 'json' };

test('the recorded gradients begin as the training does that made them', async () => {
  const losses: number[] = [];
  const record = await recordGradients(2, (_, loss) => losses.push(loss));
  expect(record.names).toEqual(gradients.names);
  expect(record.largest).toEqual(gradients.largest.slice(0, 2));
  expect(record.losses).toEqual(gradients.losses.slice(0, 1));
  for (const name of record.names) expect(record.counts[name]).toEqual([gradients.counts[name as keyof typeof gradients.counts][0]]);
  expect(record.how).toBe(gradients.how);
});
