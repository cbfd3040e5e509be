import { describe, expect, test } from 'vitest';
import { withoutIdleStyles } from '../../finish/island-styles.mjs';
import { referenceFaults, referencesOf } from '../../finish/page-links.mjs';
import { scriptBytes } from '../../finish/script-bytes.mjs';
import { withWideTables } from '../../finish/wide-tables.mjs';

const site = (pages: Readonly<Record<string, string>>) => new Map(Object.entries(pages).map(([path, html]) => [path, referencesOf(html)]));

describe('the links of the finished site', () => {
  const target = '<h2 id="here">x</h2>';
  test('are fine when each leads to a page, a place on it, or a file', () => {
    const html =
      '<a href="/b/">1</a><a href="/b/#here">2</a><a href="../b/#_top">3</a><a href="#top">4</a><p id="top"></p><img src="/x.svg"><a href="https://example.com/">5</a>';
    expect(referenceFaults(site({ '/a/': html, '/b/': target }), (path) => path === '/x.svg')).toEqual([]);
  });
  test('are told one by one when they do not', () => {
    const html = '<a href="/c/">1</a><a class="x" href=\'/b/#gone\'>2</a><img alt="a > b" src="/y.svg">';
    expect(referenceFaults(site({ '/a/': html, '/b/': target }), () => false)).toEqual([
      '/a/ leads to /c/, where nothing is',
      '/a/ leads to /b/#gone, but that page has no such place',
      '/a/ leads to /y.svg, where nothing is',
    ]);
  });
  test('may lead elsewhere, but nothing may be fetched from there', () => {
    const html =
      '<link rel="stylesheet" href="//cdn.example/x.css"><script src="https://cdn.example/x.js"></script><img srcset="/a.png 1x, https://cdn.example/b.png 2x">';
    expect(referenceFaults(site({ '/': html }), () => true)).toEqual(
      ['//cdn.example/x.css', 'https://cdn.example/x.js', 'https://cdn.example/b.png'].map(
        (address) => `/ fetches ${address}, which is not ours`,
      ),
    );
  });
});

describe('styles of interactive parts', () => {
  const loader = 'm.f=["_astro/formats.A-1.js","_astro/formats.B_2.css"]';
  const page = '<link rel="stylesheet" href="/_astro/site.css"><link rel="stylesheet" href="/_astro/formats.B_2.css"><main></main>';
  test('go from a page that has none', () => {
    expect(withoutIdleStyles(page, loader)).toBe('<link rel="stylesheet" href="/_astro/site.css"><main></main>');
  });
  test('stay on a page that has one', () => {
    const used = `${page}<div data-island="formats"></div>`;
    expect(withoutIdleStyles(used, loader)).toBe(used);
  });
});

describe('tables of texts', () => {
  test('stand in boxes that scroll, once, however often it is done', () => {
    const html = '<p>a</p><table><tr><td>1</td></tr></table><table class="figures"></table>';
    const boxed = '<p>a</p><div class="wide-table"><table><tr><td>1</td></tr></table></div><table class="figures"></table>';
    expect(withWideTables(html)).toBe(boxed);
    expect(withWideTables(boxed)).toBe(boxed);
  });
});

describe('the scripts of a page', () => {
  test('are those that it names and what they import at once, each counted once', () => {
    const files: Record<string, string> = {
      '/_astro/a.js': 'import{x}from"./b.js";import"./c.js";x(()=>import("./late.js"));',
      '/_astro/b.js': 'import"./c.js";export const x=1;',
      '/_astro/c.js': '1;',
    };
    const found = scriptBytes('<script type="module" src="/_astro/a.js"></script><script>inline</script>', (path) => files[path] ?? '');
    expect(found.files).toEqual(['/_astro/a.js', '/_astro/b.js', '/_astro/c.js']);
    expect(found.bytes).toBe(Object.values(files).join('').length + 'inline'.length);
  });
});
