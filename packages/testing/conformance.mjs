// Compiles the conformance command from its sources and runs it: needs an install, but no build before.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const workFolder = join(root, 'node_modules', '.cache', `conformance-${process.pid}`); // below the package, so that its dependencies are found
const besideNode = join(root, '..', 'node', 'node_modules', '.cache', `conformance-${process.pid}`); // finds tfjs-node and its tfjs-core
process.on('exit', () => [workFolder, besideNode].forEach((folder) => rmSync(folder, { recursive: true, force: true })));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
await build({
  entryPoints: { main: join(root, 'src/conformance/main.ts'), 'shard-process': join(root, 'src/conformance/shard-process.ts') },
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: workFolder,
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
});
const { main } = await import(pathToFileURL(join(workFolder, 'main.mjs')).href);
process.exitCode = await main(process.argv.slice(2), { root, workFolder, besideNode });
