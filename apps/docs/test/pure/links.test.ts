import { describe, expect, test } from 'vitest';
import { anchorsOf, withApiLinks } from '../../prepare/api-links.mjs';
import { withSiteLinks } from '../../prepare/links.mjs';

const routes = new Map([
  ['docs/how-to/cuda.md', '/how-to/cuda/'],
  ['docs/decisions', '/decisions/'],
  ['packages/webgpu/README.md', '/reference/packages/webgpu/'],
]);
const place = (repository: string | undefined) => ({
  file: 'docs/explanation/fusion.md',
  routes,
  repository,
  picture: (file: string) => `PICTURES/${file}`,
});
const repository = 'https://example.com/halftone';

describe('links between files of the repository', () => {
  test('become links between pages, with their anchors', () => {
    const text = '[a](../how-to/cuda.md#driver), [b](../decisions) and [`c`](../../packages/webgpu/README.md)';
    expect(withSiteLinks(text, place(repository))).toBe(
      '[a](/how-to/cuda/#driver), [b](/decisions/) and [`c`](/reference/packages/webgpu/)',
    );
  });
  test('lead into the repository where there is no page', () => {
    expect(withSiteLinks('[x](../../packages/node/src/index.ts)', place(repository))).toBe(
      '[x](https://example.com/halftone/blob/main/packages/node/src/index.ts)',
    );
  });
  test('become plain words where nobody knows the repository', () => {
    expect(withSiteLinks('see [the `source`](../../packages/node/src/index.ts).', place(undefined))).toBe('see the `source`.');
  });
  test('stay as they are when they lead elsewhere, and in code', () => {
    const text =
      '[x](https://example.com), [y](#here), [z](mailto:a@b.c), `[a](../how-to/cuda.md)`\n\n```md\n[a](../how-to/cuda.md)\n```\n';
    expect(withSiteLinks(text, place(repository))).toBe(text);
  });
  test('take pictures from where they lie, inside a link too', () => {
    expect(withSiteLinks('[![a](../pictures/a.svg)](../how-to/cuda.md)', place(repository))).toBe(
      '[![a](PICTURES/docs/pictures/a.svg)](/how-to/cuda/)',
    );
  });
});

describe('links between pages of the API', () => {
  const text =
    '## Functions\n\n### gradScaler()\n\n[x](#gradscaler-3) [y](policy.md#policy-2) [z](policy.md)\n\n### GradScaler\n\n| <a id="scale"></a> `scale` |\n';
  test('know the headings and the named cells of a page', () => {
    expect([...anchorsOf(text)]).toEqual(['functions', 'gradscaler', 'gradscaler-1', 'scale']);
  });
  test('lead to the nearest heading of that name', () => {
    const anchors = new Map([
      ['optimizer', anchorsOf(text)],
      ['policy', anchorsOf('### policy()\n')],
    ]);
    expect(withApiLinks(text, 'optimizer', anchors)).toContain(
      '[x](#gradscaler-1) [y](/reference/api/policy/#policy) [z](/reference/api/policy/)',
    );
  });
});
