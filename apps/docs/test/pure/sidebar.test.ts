import { describe, expect, test } from 'vitest';
import { inOrder, sections } from '../../prepare/sections.mjs';
import { listOf, sidebarOf } from '../../prepare/sidebar.mjs';
import { findSources, routesOf } from '../../prepare/sources.mjs';

const entry = (section: string, name: string) => ({
  slug: `${section}/${name}`,
  label: name.toUpperCase(),
  section,
  about: `About ${name}.`,
});

describe('the sidebar', () => {
  test('has the sections in the order in which a newcomer reads', () => {
    const entries = sections.map(({ folder }) => entry(folder, 'x'));
    const labels = sidebarOf(entries).map(({ label }) => label);
    expect(labels).toEqual(['Start', 'Playground', 'Tutorials', 'How-to', 'Explanation', 'Migrations', 'Reference', 'Decisions']);
  });
  test('has no empty section and no page that does not exist', () => {
    const items = sidebarOf([entry('tutorials', 'custom-loop'), entry('tutorials', 'three-lines')]);
    expect(items.map(({ label }) => label)).toEqual(['Start', 'Playground', 'Tutorials']);
    expect(JSON.stringify(items.at(-1))).toBe(
      JSON.stringify({
        label: 'Tutorials',
        collapsed: false,
        items: [
          { label: 'THREE-LINES', slug: 'tutorials/three-lines' },
          { label: 'CUSTOM-LOOP', slug: 'tutorials/custom-loop' },
        ],
      }),
    );
  });
  test('puts names that no order knows after the others', () => {
    expect(inOrder(['b', 'z', 'a', 'c'], ['z', 'c', 'never-written'])).toEqual(['z', 'c', 'a', 'b']);
  });
  test('comes with a page for each section that lists its pages', () => {
    const section = sections.find(({ folder }) => folder === 'how-to');
    if (!section) throw new Error('no how-to');
    expect(listOf(section, [entry('how-to', 'cuda'), entry('tutorials', 'x')]).body).toBe(
      `${section.about}\n\n- [CUDA](/how-to/cuda/)<br>About cuda.`,
    );
  });
});

describe('the texts of the repository', () => {
  test('have a page each, at an address of its own', async () => {
    const sources = await findSources();
    const routes = routesOf(sources);
    expect(routes.get('docs/benchmarks.md')).toBe('/reference/benchmarks/');
    expect(routes.get('packages/float16/README.md')).toBe('/reference/packages/float16/');
    expect(routes.get('packages/float16')).toBe('/reference/packages/float16/');
    expect(routes.get('docs/decisions')).toBe('/decisions/');
    expect(new Set(sources.map(({ slug }) => slug)).size).toBe(sources.length);
  });
});
