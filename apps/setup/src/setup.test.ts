import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { askedNeeds } from './asked-needs.mjs';
import { childEnvironment } from './child-environment.mjs';
import { debianProblemOf } from './debian-machine.mjs';
import { mirrorIn, snapshotMirror } from './debian-mirror.mjs';
import { aptComplaint } from './debian-packages.mjs';
import { parsePins, readPins, sizeInWords } from './debian-pins.mjs';
import { gpuDriverOf } from './gpu-driver.mjs';
import { lavapipeEnvironment } from './lavapipe.mjs';
import { requiredNeeds } from './needs.mjs';
import { nodeVersionProblem, oldestNode } from './node-version.mjs';
import { lockedProject } from './npm-tool.mjs';
import { allowedMinutes, lastMinute, plannedMinutes } from './suite-clock.mjs';
import { npmTest, suites } from './suites.mjs';
import { toolEnvironment } from './tool-environment.mjs';
import { missingIn, needsIn } from './vitest-run.mjs';

describe('the Node version', () => {
  test('takes the oldest one and everything newer', () => {
    for (const version of [oldestNode, '20.20.2', '22.0.0', '24.9.0']) expect(nodeVersionProblem(version)).toBeUndefined();
  });
  test('names the version it got and the one it needs', () => {
    for (const version of ['20.18.3', '18.20.8', '4.9.1'])
      expect(nodeVersionProblem(version)).toContain(`needs Node 20.19.0 or newer, got ${version}`);
  });
});

describe('pin tables', () => {
  const good = {
    name: 'libx',
    version: '1:2.0-1',
    archive: 'debian',
    path: 'pool/main/libx/libx_2.0-1_amd64.deb',
    size: 1_500_000,
    sha256: '0'.repeat(64),
  };
  const table = (...packages: object[]): string => JSON.stringify({ what: 'a driver', snapshot: '20261122T180000Z', packages });

  test('reads a table and says its size before anything is fetched', () => {
    expect(sizeInWords(parsePins(table(good, { ...good, name: 'liby' }), 'x').packages)).toBe('2 packages, 3 MB');
  });
  test('refuses an entry that could not be verified', () => {
    for (const bad of [{ sha256: 'abc' }, { path: '/etc/passwd' }, { size: 0 }, { archive: 'elsewhere' }, { version: '' }]) {
      expect(() => parsePins(table({ ...good, ...bad }), 'x')).toThrow('pin.mjs x');
    }
  });
  test('refuses a table without the day it was made', () => {
    expect(() => parsePins(JSON.stringify({ what: 'a driver', packages: [] }), 'x')).toThrow('snapshot');
  });
  test.each(['lavapipe', 'chromium'])('holds a sound table for %s without the C library', async (name) => {
    const names = (await readPins(name)).packages.map((pin) => pin.name);
    expect(names).toContain(name === 'lavapipe' ? 'mesa-vulkan-drivers' : 'chromium');
    for (const own of ['libc6', 'libstdc++6', 'libgcc-s1']) expect(names).not.toContain(own);
  });
});

describe('the Debian mirror', () => {
  test('is the machine’s own, in either form of source list', () => {
    expect(mirrorIn(['deb [arch=amd64] https://mirror.example/debian/ bookworm main']).debian).toBe('https://mirror.example/debian');
    const deb822 = 'Types: deb\nURIs: http://a.example/debian-security\nSuites: bookworm-security\n';
    expect(mirrorIn([deb822])['debian-security']).toBe('http://a.example/debian-security');
  });
  test('passes over archives of others and lines that are switched off', () => {
    const other = 'deb https://deb.nodesource.com/node_20.x nodistro main\n# deb http://old.example/debian bookworm main\n';
    expect(mirrorIn([other]).debian).toBe('http://deb.debian.org/debian');
  });
  test('falls back to the archive of the day of pinning', () => {
    expect(snapshotMirror('20261122T180000Z').debian).toBe('http://snapshot.debian.org/archive/debian/20261122T180000Z');
  });
  test('is used on Debian 12 and newer for amd64 alone, and says so elsewhere', () => {
    const debian = {
      platform: 'linux',
      arch: 'x64',
      release: 'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\n',
      hasApt: true,
    };
    expect(debianProblemOf(debian)).toBeUndefined();
    expect(debianProblemOf({ ...debian, arch: 'arm64' })).toContain('this is Debian GNU/Linux 12 on arm64');
    expect(debianProblemOf({ ...debian, release: debian.release.replaceAll('12', '11') })).toContain('Debian 12 or newer');
    expect(debianProblemOf({ ...debian, platform: 'darwin', release: '' })).toContain('this is darwin');
    expect(debianProblemOf({ ...debian, hasApt: false })).toContain('apt-helper is missing');
  });
});

describe('what apt says', () => {
  const failed = (why: string): string => `W: unsandboxed\nE: Failed to fetch http://m.example/pool/a.deb  ${why}\nE: Download Failed\n`;

  test('is one reason with its host', () => {
    expect(aptComplaint(failed("Could not resolve 'm.example'")).reason).toBe("m.example: Could not resolve 'm.example'");
    expect(aptComplaint('').reason).toBe('apt gave no reason');
  });
  test('tells a file that is gone from one that is not the pinned one', () => {
    expect(aptComplaint(failed('404  Not Found [IP: 203.0.113.80 80]'))).toEqual({ reason: 'm.example: 404 Not Found', isGone: true });
    expect(aptComplaint(`${failed('Hash Sum mismatch')}   - SHA256:5404b2c60b\n`)).toEqual({
      reason: 'm.example: Hash Sum mismatch',
      isGone: false,
    });
  });
});

describe('the GPU driver', () => {
  const bare = { platform: 'linux', env: {}, drivers: [], devices: [] };
  const nvidia = { ...bare, drivers: ['/etc/vulkan/icd.d/nvidia_icd.json'] };

  test('is the system’s own on macOS and Windows', () => {
    expect(gpuDriverOf({ ...bare, platform: 'darwin' })).toBe('Metal');
    expect(gpuDriverOf({ ...bare, platform: 'win32' })).toBe('Direct3D 12');
  });
  test('is missing on a bare Linux machine, and where a driver has no device', () => {
    expect(gpuDriverOf(bare)).toBeUndefined();
    expect(gpuDriverOf(nvidia)).toBeUndefined();
  });
  test('is found where driver and device meet, and where the driver needs no device', () => {
    expect(gpuDriverOf({ ...nvidia, devices: ['/dev/nvidia0'] })).toContain('nvidia_icd.json');
    expect(gpuDriverOf({ ...bare, drivers: ['/usr/share/vulkan/icd.d/lvp_icd.x86_64.json'] })).toContain('lvp_icd');
  });
  test('is the one that the user names, if its file exists', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'icd-')), 'icd.json');
    await writeFile(file, '{}');
    expect(gpuDriverOf({ ...bare, env: { VK_DRIVER_FILES: file } })).toContain(file);
    expect(gpuDriverOf({ ...bare, env: { VK_ICD_FILENAMES: file } })).toContain(file);
    expect(gpuDriverOf({ ...bare, env: { VK_DRIVER_FILES: `${file}.gone` } })).toBeUndefined();
  });
});

describe('the environment of a child', () => {
  test('puts the driver’s libraries before those of the user', () => {
    const env = childEnvironment({ LD_LIBRARY_PATH: '/mine', HOME: '/home' }, lavapipeEnvironment('/c/lavapipe', '/c/icd.json', '/c'));
    expect(env).toEqual({
      HOME: '/home',
      VK_DRIVER_FILES: '/c/icd.json',
      LD_LIBRARY_PATH: '/c/lavapipe/usr/lib/x86_64-linux-gnu:/mine',
      XDG_RUNTIME_DIR: '/c/runtime',
      MESA_SHADER_CACHE_DIR: '/c/mesa',
    });
  });
  test('leaves the environment that it is given as it was', () => {
    const base = { LD_LIBRARY_PATH: '/mine' };
    childEnvironment(base, { LD_LIBRARY_PATH: '/new' });
    expect(base).toEqual({ LD_LIBRARY_PATH: '/mine' });
  });
  test('hides from pnpm what npm told its own script, and keeps what the user set', () => {
    const env = toolEnvironment({
      npm_config_loglevel: 'silent',
      npm_lifecycle_event: 'start',
      npm_config_registry: 'https://r.example',
      HOME: '/h',
    });
    expect(env['npm_config_loglevel']).toBeUndefined();
    expect(env['npm_lifecycle_event']).toBeUndefined();
    expect(env).toMatchObject({ npm_config_registry: 'https://r.example', HOME: '/h' });
  });
});

test('an npm tool is locked by its hash, so that npm refuses another one', () => {
  const pin = { version: '1.2.3', integrity: 'sha512-abc', bin: { tool: 'bin/tool' }, size: '1 MB' };
  const lock = lockedProject('tool', pin)['package-lock.json'];
  expect(lock.packages['node_modules/tool']).toEqual({ version: '1.2.3', integrity: 'sha512-abc', bin: { tool: 'bin/tool' } });
});

test('required needs are a list with commas', () => {
  expect([...requiredNeeds(' vulkan, shared,')]).toEqual(['vulkan', 'shared']);
  expect(requiredNeeds('').size).toBe(0);
});

test('a command line asks for TensorFlow only where it names what runs on it', () => {
  expect(askedNeeds(['--data', 'x', '--plugin', 'node'])).toEqual(['tensorflow']);
  expect(askedNeeds(['--backend=halftone-node', '--backend', 'tensorflow'])).toEqual(['tensorflow']);
  expect(askedNeeds(['cuda', '--length', 'short'])).toEqual(['tensorflow']);
  expect(askedNeeds(['--plugin', 'webgpu', '--out', 'node', '--plugin'])).toEqual([]);
  expect(askedNeeds(['three-lines', '--picture', 'cuda'])).toEqual([]);
});

test('a project whose need is not met is named with the reason, and is a failure where it is required', () => {
  const provisions = { vulkan: { env: {} }, tensorflow: { env: {}, problem: 'never fetched' } };
  const words = 'all tests on TensorFlow: never fetched';
  expect(missingIn(['pure', 'gpu', 'tensorflow'], provisions, new Set())).toEqual([{ project: 'tensorflow', words, isRequired: false }]);
  expect(missingIn(['tensorflow'], provisions, new Set(['tensorflow']))).toEqual([{ project: 'tensorflow', words, isRequired: true }]);
  expect(missingIn(['gpu'], {}, new Set()).map(({ words: why }) => why)).toEqual(['all tests on a GPU: nobody provided vulkan']);
});

describe('the hour of the long suites', () => {
  const alone = { budgetMinutes: 10 };
  const beside = (budgetMinutes: number) => ({ budgetMinutes, beside: true });

  test('holds by their budgets on two cores, with npm test before them', () => {
    expect(npmTest.budgetMinutes).toBeLessThan(15);
    expect(npmTest.budgetMinutes + plannedMinutes(suites, 2)).toBeLessThanOrEqual(lastMinute);
    expect(new Set(suites.map(({ name }) => name)).size).toBe(suites.length);
  });
  test('counts neighbours of one core side by side, and those that need all cores alone', () => {
    expect(plannedMinutes([alone, alone], 2)).toBe(20);
    expect(plannedMinutes([beside(4), beside(3), beside(2)], 2)).toBe(5); // 4 beside 3 + 2
    expect(plannedMinutes([beside(4), alone, beside(3)], 2)).toBe(17);
    expect(plannedMinutes([beside(4), beside(3)], 1)).toBe(7);
  });
  test('gives a suite what those before it left, never less than its budget, and never what those after it need', () => {
    expect(allowedMinutes(alone, { later: [alone], cores: 2, elapsedMinutes: 20 })).toBe(lastMinute - 20 - 10);
    expect(allowedMinutes(alone, { later: [alone], cores: 2, elapsedMinutes: 50 })).toBe(10);
  });
});

test('each need that was missing is named once, in the words of the tests', () => {
  const line = '[testing] skipped what needs shared: HALFTONE_SHARED names no folder\n';
  expect(needsIn(`${line}noise\n${line}`)).toEqual(['what needs shared: HALFTONE_SHARED names no folder']);
});
