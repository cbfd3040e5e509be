import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headersFile } from '../../server/headers.mjs';
import { serveSite } from '../../server/serve-site.mjs';

let home = '';
let site: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'halftone-site-'));
  const files = {
    'secret.txt': 'secret',
    'site/_headers': headersFile("default-src 'none'"),
    'site/index.html': '<h1>Start</h1>',
    'site/404.html': '<h1>No such page</h1>',
    'site/.hidden': 'hidden',
    'site/how-to/index.html': '<h1>How</h1>',
    'site/_astro/a.js': 'export {};',
    'site/_astro/b.wasm': '\0asm',
    'site/pagefind/c.pf_meta': 'bytes',
    'site/empty/x.css': 'a{}',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(home, name, '..'), { recursive: true });
    await writeFile(join(home, name), text);
  }
  site = await serveSite({ folder: join(home, 'site') });
});
afterAll(async () => {
  await site.close();
  await rm(home, { recursive: true });
});

/** Asks without any tidying of the address, which `fetch` would do. */
function ask(path: string, method = 'GET'): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(site.origin);
    request({ hostname, port, path, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the server of the site', () => {
  test('answers a folder with its page, and every answer with the policy', async () => {
    for (const [path, words] of [
      ['/', 'Start'],
      ['/how-to/', 'How'],
      ['/how-to/?x=1', 'How'],
    ] as const) {
      const { status, headers, text } = await ask(path);
      expect([status, headers['content-type'], headers['content-security-policy']]).toEqual([
        200,
        'text/html; charset=utf-8',
        "default-src 'none'",
      ]);
      expect(text).toContain(words);
    }
  });
  test('names the right type of each file, and bytes for one that it does not know', async () => {
    const types = {
      '/_astro/a.js': 'text/javascript; charset=utf-8',
      '/_astro/b.wasm': 'application/wasm',
      '/pagefind/c.pf_meta': 'application/octet-stream',
      '/empty/x.css': 'text/css; charset=utf-8',
    };
    for (const [path, type] of Object.entries(types)) expect((await ask(path)).headers['content-type']).toBe(type);
    expect((await ask('/_astro/a.js')).headers['cache-control']).toContain('immutable');
    expect((await ask('/')).headers['cache-control']).toBe('no-cache');
  });
  test('leads an address without its slash to the page', async () => {
    const { status, headers } = await ask('/how-to?x=1');
    expect([status, headers['location']]).toEqual([301, '/how-to/?x=1']);
  });
  test('says 404 with a page, the policy too, for what does not exist', async () => {
    for (const path of ['/nothing/', '/how-to/nothing.js', '/empty/', '/empty', '/%', '/%00']) {
      const { status, headers, text } = await ask(path);
      expect([path, status, headers['content-security-policy']]).toEqual([path, 404, "default-src 'none'"]);
      expect(text).toContain('No such page');
    }
  });
  test('never leaves its folder and shows nothing hidden', async () => {
    const paths = [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/how-to/../../secret.txt',
      '/..%5csecret.txt',
      '//how-to',
      '/.hidden',
      '/_headers',
      `/${'../'.repeat(9)}etc/passwd`,
    ];
    for (const path of paths) {
      const { status, text } = await ask(path);
      expect([path, status]).toEqual([path, 404]);
      expect(text).not.toMatch(/secret|hidden|root:/);
    }
  });
  test('gives HEAD no body, and refuses what would change something', async () => {
    const head = await ask('/', 'HEAD');
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '14', '']);
    const post = await ask('/', 'POST');
    expect([post.status, post.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });
  test('is reached from this machine alone', () => {
    expect(new URL(site.origin).hostname).toBe('127.0.0.1');
  });
  test('says how to build where nothing is built, and which option chooses another port', async () => {
    await expect(serveSite({ folder: join(home, 'none') })).rejects.toThrow(
      'must hold a built site, got no _headers there. Build it: npm run docs -- --build',
    );
    const port = Number(new URL(site.origin).port);
    await expect(serveSite({ folder: join(home, 'site'), port })).rejects.toThrow(/must be free.*Choose another one: --port/);
  });
});
