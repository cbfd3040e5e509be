// `npm run release:dry`: everything of a release but the publishing. Versions in a copy, then each package packed, linted, its types resolved, its size measured.
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { bundleSize } from './bundle-size.mjs';
import { publicPackages, root } from './public-packages.mjs';
import { sizeBudgets } from './size-budgets.mjs';
import { tarballProblems } from './tarball-rules.mjs';

const require = createRequire(import.meta.url);
const work = join(root, '.cache', 'release');
const env = {
  ...process.env,
  PATH: `${join(root, '.cache', 'pnpm', 'node_modules', '.bin')}:${process.env['PATH']}`,
  npm_config_cache: join(root, '.cache', 'npm'),
};
const count = { passed: 0, failed: 0, skipped: 0 };

/** @type {(name: string, problems: readonly string[], note?: string) => void} */
function judge(name, problems, note = '') {
  console.log(`${problems.length === 0 ? 'passed' : 'FAILED'}: ${name}${note}`);
  for (const problem of problems) console.log(`  ${problem}`);
  count[problems.length === 0 ? 'passed' : 'failed']++;
}

/** @type {(command: string, args: readonly string[], cwd: string) => { status: number | null, output: string }} */
function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return { status, output: `${stdout}${stderr}`.trim() };
}

await rm(work, { recursive: true, force: true });
await mkdir(work, { recursive: true });
versions();
for (const { folder, path, manifest } of await publicPackages()) {
  const place = join(work, folder);
  await mkdir(place);
  const packed = run('pnpm', ['pack', '--pack-destination', place], path);
  const tarball = (await readdir(place)).find((name) => name.endsWith('.tgz'));
  if (packed.status !== 0 || !tarball) {
    judge(`pack ${manifest['name']}`, [packed.output]);
    continue;
  }
  await contents(manifest['name'], join(place, tarball));
  await lint(manifest['name'], join(place, tarball));
  types(manifest['name'], join(place, tarball));
}
for (const { package: name, names, bytes } of sizeBudgets) {
  const size = await bundleSize(name, names).catch((error) => String(error.message).split('\n')[0] ?? 'esbuild failed');
  const problems = typeof size === 'string' ? [size] : size > bytes ? [`${size} bytes are over the budget of ${bytes}`] : [];
  judge(`size of { ${names} } from @halftone/${name}`, problems, typeof size === 'number' ? `, ${size} of ${bytes} bytes` : '');
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;

/** Lets changesets make the next versions in a clone of what is committed. */
function versions() {
  const copy = join(work, 'versions');
  const clone = run('git', ['clone', '-q', '--depth', '1', `file://${root}`, copy], root);
  if (clone.status !== 0) {
    console.log(`skipped: versions, this folder is no git repository (${clone.output.split('\n')[0]})`);
    count.skipped++;
    return;
  }
  const changeset = join(dirname(require.resolve('@changesets/cli/package.json')), 'bin.js');
  const { status, output } = run(process.execPath, [changeset, 'version'], copy);
  const names = run('git', ['diff', '--name-only', '--', 'packages'], copy).output;
  judge(
    'versions',
    status === 0 ? [] : [output],
    `, ${names ? names.split('\n').filter((name) => name.endsWith('package.json')).length : 0} packages would move`,
  );
}

/** @type {(name: string, tarball: string) => Promise<void>} */
async function contents(name, tarball) {
  const files = run('tar', ['-tzf', tarball], root)
    .output.split('\n')
    .map((file) => file.replace(/^package\//, ''));
  run('tar', ['-xzf', tarball, '-C', dirname(tarball)], root);
  const manifest = JSON.parse(await readFile(join(dirname(tarball), 'package', 'package.json'), 'utf8'));
  judge(`contents of ${name}`, tarballProblems(files, manifest), `, ${files.length} files`);
}

/** @type {(name: string, tarball: string) => Promise<void>} */
async function lint(name, tarball) {
  const bytes = await readFile(tarball);
  const tarballBytes = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: tarballBytes }, strict: true });
  judge(
    `publint ${name}`,
    messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code),
  );
}

/** @type {(name: string, tarball: string) => void} */
function types(name, tarball) {
  const attw = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist', 'index.js');
  const { status, output } = run(
    process.execPath,
    [attw, tarball, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-color', '--no-emoji'],
    root,
  );
  judge(`types of ${name}`, status === 0 ? [] : [output]);
}
