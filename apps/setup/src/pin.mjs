// `node apps/setup/src/pin.mjs lavapipe|chromium`: asks Debian today and rewrites a pin table. Run by a developer, never by set-up.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineMirror } from './debian-mirror.mjs';
import { writePins } from './debian-pins.mjs';
import { inCache } from './folders.mjs';
import { readTool } from './run-command.mjs';
import { orOneLine, say, SetupError } from './say.mjs';

/** What each table asks apt for, from where, and which of the packages that come along are of no use to a program that is only run. */
const wishes = {
  lavapipe: { what: "Mesa's CPU Vulkan driver", target: 'bookworm-backports', names: ['mesa-vulkan-drivers', 'libvulkan1'], useless: /^$/ },
  chromium: {
    what: "Debian's Chromium",
    target: 'bookworm',
    names: ['chromium', 'chromium-common', 'fonts-dejavu-core'],
    useless: // what serves a desktop, its scripts, or an OpenGL driver: Chromium computes by its own
      /^(?!lib|chromium|font|xkb-data)|^lib(perl|python|.*-perl$|pam|systemd-shared|semanage|sepol|gl1-mesa-dri|llvm|z3|drm-|gtk-3-common|x11-data|xaw|xmuu|xv1|xxf86|cryptsetup|fdisk|devmapper|ip4tc|kmod|argon2|proc2|nsl|tirpc|audit|cap-ng|gdbm|db5|readline|ncursesw)/,
  },
};

/** The C library and its closest kin stay the machine's: two of them in one process do not work. */
const machines = /^(libc6|libgcc-s1|gcc-\d+-base|libstdc\+\+6|libcrypt1|debconf)$/;

await orOneLine(async () => {
  const table = process.argv[2];
  if (table !== 'lavapipe' && table !== 'chromium') throw new SetupError(`the pin table must be lavapipe or chromium, got ${table}.`);
  const { what, target, names, useless } = wishes[table];
  const apt = await aptOfOurOwn();
  const plan = await apt('apt-get', ['install', '-y', '--print-uris', '-t', target, ...names]);
  const wanted = [...plan.matchAll(/^'([^']+)' ([^_\s]+)_([^_\s]+)_\w+\.deb /gm)]
    .map(([, uri = '', name = '', version = '']) => ({ uri, name, version: decodeURIComponent(version) }))
    .filter(({ name }) => !machines.test(name) && !useless.test(name));
  const facts = (await apt('apt-cache', ['show', '--no-all-versions', ...wanted.map(({ name, version }) => `${name}=${version}`)])).split(
    '\n\n',
  );
  const packages = wanted.map(({ uri, name, version }) => {
    const entry = facts.find((text) => factIn(text, 'Package') === name && factIn(text, 'Version') === version) ?? '';
    /** @type {'debian' | 'debian-security'} */
    const archive = uri.includes('/debian-security/') ? 'debian-security' : 'debian';
    return {
      name,
      version,
      archive,
      path: factIn(entry, 'Filename'),
      size: Number(factIn(entry, 'Size')),
      sha256: factIn(entry, 'SHA256'),
    };
  });
  packages.sort((a, b) => (a.name < b.name ? -1 : 1));
  const snapshot = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  await writePins(table, { what, snapshot, packages });
  say(`Pinned ${packages.length} packages of ${what}.`);
});

/** @type {(text: string, key: string) => string} */
function factIn(text, key) {
  return new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1] ?? '';
}

/** An apt whose state is empty and lies in our cache folder, so that every library is listed, whatever this machine has installed. */
async function aptOfOurOwn() {
  const home = inCache('debian', 'pin');
  const mirror = await machineMirror();
  await mkdir(join(home, 'lists', 'partial'), { recursive: true });
  await mkdir(join(home, 'archives', 'partial'), { recursive: true });
  await writeFile(join(home, 'status'), '');
  const keys = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
  const suites = ['bookworm', 'bookworm-updates', 'bookworm-backports'].map((suite) => `deb ${keys} ${mirror.debian} ${suite} main`);
  await writeFile(
    join(home, 'sources.list'),
    [...suites, `deb ${keys} ${mirror['debian-security']} bookworm-security main`, ''].join('\n'),
  );
  const options = {
    'Dir::State': home,
    'Dir::State::lists': join(home, 'lists'),
    'Dir::State::status': join(home, 'status'),
    'Dir::Cache': home,
    'Dir::Etc::sourcelist': join(home, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Debug::NoLocking': '1',
    'APT::Install-Recommends': 'false',
    'APT::Architecture': 'amd64',
    'APT::Sandbox::User': 'root',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  /** @type {(tool: string, args: readonly string[]) => Promise<string>} */
  const apt = async (tool, args) => {
    const { code, stdout, stderr } = await readTool(tool, ['-q', ...flags, ...args]);
    if (code !== 0) throw new SetupError(`${tool} ${args[0]} failed (exit code ${code}): ${stderr.trim().split('\n').at(-1)}`);
    return stdout;
  };
  await apt('apt-get', ['update']);
  return apt;
}
