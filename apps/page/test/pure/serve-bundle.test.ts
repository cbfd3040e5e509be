import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveBundle } from '../../dev/serve-bundle.mjs';

const program = `import { wasmPaths } from './src/wasm.ts';
export const worker = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
console.log(wasmPaths);`;
let served: Awaited<ReturnType<typeof serveBundle>>;

beforeAll(async () => {
  served = await serveBundle({
    programs: { stdin: { contents: program, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) } },
    files: { 'index.html': '<!doctype html><!-- styles --><script type="module" src="/stdin.js"></script>', 'own.css': 'p{}' },
    port: 0,
  });
});
afterAll(() => served.close());

test('a page is served with the policy of the site and links to all styles', async () => {
  const answer = await fetch(`${served.origin}/`);
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
  expect(await answer.text()).toContain('<!doctype html><link rel="stylesheet" href="/own.css">');
});

test('a worker is asked for as JavaScript, and each wasm binary where it lies', async () => {
  const text = await (await fetch(`${served.origin}/stdin.js`)).text();
  expect(text).toContain('"./worker.js"');
  const binaries = [...text.matchAll(/new URL\("\.\/([\w-]+\.wasm)"/g)].map(([, name]) => name);
  expect(binaries).toHaveLength(3);
  for (const name of binaries) {
    const answer = await fetch(`${served.origin}/${name}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/wasm']);
    await answer.body?.cancel();
  }
});
