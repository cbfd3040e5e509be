import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programNames } from '../program-names.ts';
import { fillPage, saysTheSame, type PageSources } from './fill-page.ts';
import { findingMarkdown, type KeptFinding } from './finding-markdown.ts';
import { regionOf, wholeProgram } from './regions.ts';

/** How a page of docs/tutorials stands against the programs and the evidence. */
export interface PageState {
  readonly file: string;
  readonly isFresh: boolean;
}

/**
 * Fills all pages of docs/tutorials from the programs and the evidence of today.
 *
 * Reads the disk, and writes where it is told to.
 *
 * @param root - of the repository
 * @param options - `write`: pages that are not fresh are written
 * @throws RangeError or SyntaxError for a page that names what does not exist, Error where a program has no page
 */
export function tutorialPages(root: string, { write }: { readonly write: boolean }): PageState[] {
  const folder = join(root, 'docs', 'tutorials');
  const sources = sourcesIn(root);
  const pages = readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort();
  const states = pages.map((page) => {
    const path = join(folder, page);
    const text = readFileSync(path, 'utf8');
    const filled = fillPage(text, `docs/tutorials/${page}`, sources);
    const isFresh = saysTheSame(text, filled);
    if (write && !isFresh) writeFileSync(path, filled);
    return { file: `docs/tutorials/${page}`, isFresh };
  });
  const lacking = programNames().find((name) => !pages.includes(`${name}.md`));
  if (lacking !== undefined) throw new Error(`[tutorials] every program must have a page, got no docs/tutorials/${lacking}.md. Write it.`);
  return states;
}

function sourcesIn(root: string): PageSources {
  return {
    program: (name, region) => {
      const path = join(root, 'apps', 'tutorials', 'src', 'programs', `${name}.ts`);
      if (!existsSync(path))
        throw new RangeError(`[tutorials] a page must name a program, got ${name}. There are ${programNames().join(', ')}.`);
      const text = readFileSync(path, 'utf8');
      if (region !== '') return `\`\`\`ts\n${regionOf(text, region)}\n\`\`\``;
      return `<details><summary>The whole program</summary>\n\n\`\`\`ts\n${wholeProgram(text)}\n\`\`\`\n\n</details>`;
    },
    finding: (name) => {
      const path = join(root, 'docs', 'evidence', `tutorial-${name}.json`);
      return findingMarkdown(name, existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as KeptFinding) : undefined);
    },
  };
}
