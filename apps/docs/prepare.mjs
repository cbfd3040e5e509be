// `node apps/docs/prepare.mjs`: makes src/content, which Astro reads, from docs/, the READMEs and the doc comments. Nothing in it is written by hand.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { anchorsOf, withApiLinks } from './prepare/api-links.mjs';
import { contentFile, pageOf } from './prepare/page.mjs';
import { withSiteLinks } from './prepare/links.mjs';
import { listOf, sidebarOf } from './prepare/sidebar.mjs';
import { sections } from './prepare/sections.mjs';
import { findSources, repositoryAddress, root, routesOf } from './prepare/sources.mjs';

/** @import { Entry } from './prepare/sidebar.mjs' */
/** @import { Page } from './prepare/page.mjs' */

const content = join(import.meta.dirname, 'src', 'content');
const pages = join(content, 'docs');
const apiFolder = join(root, '.cache', 'site-api');

await rm(content, { recursive: true, force: true });
/** @type {Readonly<Record<string, string>>} */
const titles = { overview: 'Overview' }; // as a README it has the name of the project
/** @type {Entry[]} */
const entries = [];
/** @type {string[]} */
const missing = [];
const sources = await findSources();
const routes = routesOf(sources);
const repository = await repositoryAddress();

for (const { file, slug, section } of sources) {
  const target = join(pages, `${slug}.md`);
  const page = pageOf(await readFile(join(root, file), 'utf8'), file);
  const picture = /** @param {string} path */ (path) => {
    if (!existsSync(join(root, path))) missing.push(`${file} shows ${path}, which does not exist`);
    return relative(dirname(target), join(root, path));
  };
  const body = withSiteLinks(page.body, { file, routes, repository, picture });
  await write(slug, { ...page, title: titles[slug] ?? page.title, body }, section);
}
if (missing.length > 0)
  throw new Error(`[docs] every picture must be there, got ${missing.join('; ')}. Make it, or take it out of the text.`);
await writeApi();
const exported = await readApi();
const anchors = new Map([...exported].map(([name, text]) => [name, anchorsOf(text)]));
for (const [name, text] of exported) {
  const page = pageOf(text, `the API of ${name}`);
  const description = `Every export of @halftone/${name}: what it does, what it costs, what it throws.`;
  const lead = `From the doc comments of the sources. What the package is for: [its own page](/reference/packages/${name}/).`;
  await write(
    `reference/api/${name}`,
    { title: `API of ${page.title}`, description, body: `${lead}\n\n${withApiLinks(page.body, name, anchors)}` },
    'api',
    page.title,
  );
}
for (const section of sections) await write(section.folder, listOf(section, entries), 'lists');
await cp(join(import.meta.dirname, 'pages'), pages, { recursive: true });
await writeFile(join(content, 'sidebar.json'), JSON.stringify(sidebarOf(entries), null, 2));

/** @type {(slug: string, page: Page, section: string, label?: string) => Promise<void>} */
async function write(slug, page, section, label = page.title) {
  const target = join(pages, `${slug}.md`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, contentFile(page));
  entries.push({ slug, label, section, about: page.description });
}

/** @returns {Promise<Map<string, string>>} Markdown by package */
async function readApi() {
  const folder = join(apiFolder, '@halftone');
  const files = (await readdir(folder)).toSorted();
  return new Map(
    await Promise.all(
      files.map(async (file) => /** @type {const} */ ([file.replace(/\.md$/, ''), await readFile(join(folder, file), 'utf8')])),
    ),
  );
}

function writeApi() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'prepare', 'api.mjs'), apiFolder], { stdio: ['ignore', 2, 2] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(undefined) : reject(new Error('[docs] the API could not be written, see above. Document what is exported.')),
    );
  });
}
