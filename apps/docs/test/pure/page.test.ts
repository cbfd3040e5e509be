import { describe, expect, test } from 'vitest';
import { contentFile, outsideCode, pageOf, plainText } from '../../prepare/page.mjs';

describe('a text of the repository', () => {
  test('gives its first line as the title and its first paragraph as the description', () => {
    const page = pageOf(
      '# What `fusion` does\n\n![a picture](x.svg)\n\nIt **fuses** [kernels](k.md), with `useWebGPU()`\nand more.\n\n## Next\n',
      'x.md',
    );
    expect(page.title).toBe('What fusion does');
    expect(page.description).toBe('It fuses kernels, with useWebGPU() and more.');
    expect(page.body.startsWith('![a picture](x.svg)')).toBe(true);
  });
  test('is refused without a title, by its name', () => {
    expect(() => pageOf('Hello\n', 'docs/x.md')).toThrow('docs/x.md must begin with its title, got "Hello". Write "# Title"');
  });
  test('loses the markers of tools, but none that is an example', () => {
    const { body } = pageOf(
      '# T\n\n<!-- finding: a -->\ntext\n<!-- /finding -->\n\n```html\n<!-- kept -->\n```\n\n`<!-- kept too -->`\n',
      'x.md',
    );
    expect(body).toBe('text\n\n```html\n<!-- kept -->\n```\n\n`<!-- kept too -->`');
  });
  test('has a description of whole sentences, cut where the next one would be too long', () => {
    const { description } = pageOf(`# T\n\n${'A sentence of some length that says something. '.repeat(9)}`, 'x.md');
    expect(description.length).toBeLessThanOrEqual(200);
    expect(description.endsWith('something.')).toBe(true);
  });
  test('keeps colons and quotes through the frontmatter', () => {
    expect(contentFile({ title: 'a: "b"', description: 'c', body: 'd' })).toBe('---\ntitle: "a: \\"b\\""\ndescription: "c"\n---\n\nd\n');
  });
});

describe('Markdown without its signs', () => {
  test('keeps the signs of arithmetic and of names', () => {
    expect(plainText('2 * 3 * 4 is _twelve_ in mixed_float16, not **12.5**')).toBe('2 * 3 * 4 is twelve in mixed_float16, not 12.5');
  });
});

describe('what is prose', () => {
  test('is changed, and code is not', () => {
    const text = 'a `a` a\n\n```ts\na\n```\n\na ``a ` a`` a\n\n~~~\na\n~~~\n';
    expect(outsideCode(text, (prose) => prose.replaceAll('a', 'b'))).toBe('b `a` b\n\n```ts\na\n```\n\nb ``a ` a`` b\n\n~~~\na\n~~~\n');
  });
});
