// `node apps/docs/finish.mjs [FOLDER]`: after Astro has built the site: writes the headers, and fails where a page refers to something that does not exist or is not ours.
import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { withoutIdleStyles } from './finish/island-styles.mjs';
import { referenceFaults, referencesOf } from './finish/page-links.mjs';
import { withWideTables } from './finish/wide-tables.mjs';
import { contentPolicy, headersFile, inlineParts } from './server/headers.mjs';

const folder = process.argv[2] ?? join(import.meta.dirname, 'dist');
const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'));
if (files.length === 0) throw new Error(`[docs] ${folder} must hold a built site, got no page there. Build it: npm run docs -- --build`);
const loader = await loaderText();
/** @type {Map<string, string>} */
const pages = new Map();
for (const name of files) {
  const file = join(folder, name);
  const html = await readFile(file, 'utf8');
  const lean = withWideTables(withoutIdleStyles(html, loader));
  if (lean !== html) await writeFile(file, lean);
  pages.set(`/${relative(folder, file)}`.replace(/index\.html$/, ''), lean);
}
const parts = [...pages.values()].map(inlineParts);
const policy = contentPolicy({ scripts: parts.flatMap(({ scripts }) => scripts), styles: parts.flatMap(({ styles }) => styles) });
await writeFile(join(folder, '_headers'), headersFile(policy));

const isFile = /** @param {string} path */ (path) => existsSync(join(folder, path)) && statSync(join(folder, path)).isFile();
const faults = pages.has('/404.html') ? [] : ['the site has no 404.html, which hosts show for an address that leads nowhere'];
faults.push(...referenceFaults(new Map([...pages].map(([path, html]) => [path, referencesOf(html)])), isFile));
for (const [path, html] of pages)
  if (/<[^>]+\son[a-z]+=["']/i.test(html)) faults.push(`${path} holds a handler in an attribute, which the policy forbids`);
for (const fault of faults) console.error(`[docs] ${fault}.`);
if (faults.length > 0) process.exitCode = 1;
else console.error(`[docs] ${pages.size} pages, every link leads somewhere, nothing comes from elsewhere`);

async function loaderText() {
  const scripts = (await readdir(join(folder, '_astro'))).filter((name) => name.startsWith('Head.astro') && name.endsWith('.js'));
  return (await Promise.all(scripts.map((name) => readFile(join(folder, '_astro', name), 'utf8')))).join('\n');
}
