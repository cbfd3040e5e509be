import { delimiter, join } from 'node:path';
import { inCache } from './folders.mjs';

/** What npm tells its scripts about themselves. pnpm, npm and turbo would take some of it (`loglevel=silent`, say) as meant for them. */
const npmChatter =
  /^npm_(package_|lifecycle_|command$|execpath$|node_execpath$|config_(loglevel|cache|prefix|global_prefix|local_prefix|noproxy|npm_version|init_module|userconfig_)$)/i;

/**
 * The environment for npm, pnpm and turbo: no trace of the npm script that called us, state and caches inside our cache folder, no telemetry.
 *
 * @param {NodeJS.ProcessEnv} [from] - this process's environment unless given
 * @returns {NodeJS.ProcessEnv} a new object
 */
export function toolEnvironment(from = process.env) {
  const kept = Object.fromEntries(Object.entries(from).filter(([name]) => !npmChatter.test(name)));
  return {
    ...kept,
    PATH: [inCache('pnpm', 'node_modules', '.bin'), kept['PATH'] ?? ''].join(delimiter),
    npm_config_cache: inCache('npm'),
    npm_config_store_dir: inCache('pnpm-store'),
    npm_config_cache_dir: inCache('pnpm-cache'),
    npm_config_state_dir: inCache('pnpm-state'),
    npm_config_update_notifier: 'false',
    npm_config_confirm_modules_purge: 'false',
    XDG_DATA_HOME: inCache('xdg', 'data'),
    XDG_CACHE_HOME: inCache('xdg', 'cache'),
    XDG_STATE_HOME: inCache('xdg', 'state'),
    TURBO_CONFIG_DIR_PATH: join(inCache('turbo'), 'config'),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  };
}
