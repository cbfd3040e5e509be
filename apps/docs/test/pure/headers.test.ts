import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { contentPolicy, headersFile, inlineParts, readHeaders } from '../../server/headers.mjs';

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const rulesOf = (policy: string) =>
  new Map(policy.split('; ').map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf(' ') + 1)]));

describe('the content policy', () => {
  const html =
    '<script>a()</script><script type="module" src="/x.js"></script><script type="application/ld+json">{}</script><style>b{}</style><script>a()</script>';
  const rules = rulesOf(contentPolicy(inlineParts(html)));

  test('forbids whatever it does not name', () => {
    expect(rules.get('default-src')).toBe("'none'");
    for (const name of ['base-uri', 'form-action', 'frame-ancestors']) expect(rules.get(name)).toBe("'none'");
  });
  test('allows our own scripts and, by hash, those that the build wrote into pages', () => {
    expect(rules.get('script-src')).toBe(`'self' 'wasm-unsafe-eval' ${hash('a()')}`);
    expect(rules.get('style-src-elem')).toBe(`'self' ${hash('b{}')}`);
  });
  test('never allows a script from text, nor anybody else', () => {
    expect(rules.get('script-src')).not.toMatch(/unsafe-inline|'unsafe-eval'/);
    for (const [, sources] of rules) expect(sources).not.toMatch(/\*|https?:/);
    expect(rules.get('connect-src')).toBe("'self'");
  });
});

describe('the file of headers', () => {
  const read = readHeaders(headersFile("default-src 'none'"));

  test('gives every page its policy and tells browsers not to guess', () => {
    const headers = read('/how-to/cuda/');
    expect(headers['Content-Security-Policy']).toBe("default-src 'none'");
    expect(headers['X-Content-Type-Options']).toBe('nosniff');
    expect(headers['Referrer-Policy']).toBe('no-referrer');
    expect(headers['Cross-Origin-Opener-Policy']).toBe('same-origin');
    expect(headers['Cache-Control']).toBeUndefined();
  });
  test('lets files whose names change with their content be kept', () => {
    expect(read('/_astro/x.js')['Cache-Control']).toContain('immutable');
    expect(read('/_astro/x.js')['Content-Security-Policy']).toBe("default-src 'none'");
  });
});
