import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

/** A bundler reads the addresses out of the text: they must stand there in full, and lead to files of the package. */
test('the addresses of wasm stand in the text as a bundler reads them, for all binaries that tfjs may ask for', () => {
  const text = readFileSync(new URL('../../src/wasm.ts', import.meta.url), 'utf8');
  const found = [...text.matchAll(/'([\w-]+\.wasm)': new URL\(\s*'([^']+)',\s*import\.meta\.url,?\s*\)/g)];
  expect(found.map(([, name]) => name)).toEqual([
    'tfjs-backend-wasm.wasm',
    'tfjs-backend-wasm-simd.wasm',
    'tfjs-backend-wasm-threaded-simd.wasm',
  ]);
  for (const [, name = '', address = ''] of found) {
    expect(address.endsWith(`/${name}`)).toBe(true);
    expect(
      readFileSync(createRequire(import.meta.url).resolve(address))
        .subarray(0, 4)
        .toString('latin1'),
    ).toBe('\0asm');
  }
});
