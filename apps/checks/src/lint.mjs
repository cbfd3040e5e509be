// `npm run lint [-- args]`: oxlint with rules that know types. Its type checker is looked up here, because the root does not depend on it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const folderOf = /** @param {string} name */ (name) => dirname(require.resolve(`${name}/package.json`));
const env = { ...process.env, OXLINT_TSGOLINT_PATH: join(folderOf('oxlint-tsgolint'), 'bin', 'tsgolint.js') };
const args = [join(folderOf('oxlint'), 'bin', 'oxlint'), '--type-aware', '--deny-warnings', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: join(import.meta.dirname, '../../..'), env, stdio: 'inherit' });
process.exitCode = status ?? 1;
