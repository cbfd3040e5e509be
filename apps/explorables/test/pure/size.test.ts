import { bundleOptions } from '@halftone/page/bundle-options';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Bytes of minified JavaScript that a page loads for an island, before compression; what comes by a button is not counted. */
const budgets = { device: 16_000, formats: 21_000, 'loss-scale': 20_000 } as const;

test.each(Object.entries(budgets))('%s stays below %d bytes, and brings no TensorFlow.js by itself', async (name, budget) => {
  const { metafile } = await build({
    entryPoints: [new URL(`../../src/${name}/index.ts`, import.meta.url).pathname],
    ...bundleOptions,
    outdir: '/out',
  });
  const first = Object.keys(metafile.outputs).find((path) => path.endsWith('/index.js')) ?? '';
  const loaded = new Set([first]);
  for (const path of loaded)
    for (const found of metafile.outputs[path]?.imports ?? []) if (found.kind === 'import-statement') loaded.add(found.path);
  const inputs = [...loaded].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
  expect(inputs.filter((file) => /@tensorflow/.test(file))).toEqual([]);
  expect([...loaded].reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0)).toBeLessThan(budget);
});
