import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choosePackage } from '../../src/library/choose-package.ts';
import {
  failedLoad,
  failedStart,
  missingGpu,
  otherPackage,
  removedBackend,
  strangeBackend,
  twoCores,
} from '../../src/library/load-errors.ts';
import { isNodeBackend, missingMembers } from '../../src/library/node-backend.ts';
import { neededRepairs, repairNode } from '../../src/library/node-repairs.ts';
import type { PackageFiles, PackageName } from '../../src/library/package-files.ts';
import { findPackage, isSupported } from '../../src/library/package-files.ts';

const cpu = '@tensorflow/tfjs-node';
const gpu = '@tensorflow/tfjs-node-gpu';
let folder: string;
let find: (name: PackageName) => PackageFiles | null;

/** Lays out a package as npm does, as far as it is looked at. */
function lay(name: PackageName, { version = '4.22.0', addon = true } = {}): string {
  const home = join(folder, 'node_modules', name);
  const file = join(home, 'lib', 'napi-v8', 'tfjs_binding.node');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version, binary: { napi_versions: [3, 4, 5, 6, 7, 8] } }));
  if (addon) writeFileSync(file, '');
  return file;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halftone-library-'));
  const { resolve } = createRequire(join(folder, 'app.cjs'));
  find = (name) => findPackage(name, resolve);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('choosing a package', () => {
  it('takes the GPU one where both are installed', () => {
    lay(cpu);
    lay(gpu);
    expect(choosePackage('auto', find).packageName).toBe(gpu);
    expect(choosePackage(cpu, find).packageName).toBe(cpu);
  });

  it('takes the one that is whole', () => {
    const addon = lay(cpu);
    lay(gpu, { addon: false });
    expect(choosePackage('auto', find)).toMatchObject({ packageName: cpu, version: '4.22.0', addon, addonFound: true });
  });

  it('says what to install where nothing is, or not what was asked for', () => {
    const nothing = (): null => null;
    expect(() => choosePackage('auto', nothing)).toThrow(/^\[node\] TensorFlow .* got neither .*npm i @tensorflow\/tfjs-node@4\.22\.0/);
    expect(() => choosePackage(gpu, nothing)).toThrow(/got no @tensorflow\/tfjs-node-gpu\. Run: npm i @tensorflow\/tfjs-node-gpu@4\.22\.0/);
  });

  it('names the file of a missing native half and the command that brings it', () => {
    const addon = lay(cpu, { addon: false });
    expect(() => choosePackage('auto', find)).toThrow(addon);
    expect(() => choosePackage('auto', find)).toThrow(/npm rebuild @tensorflow\/tfjs-node, .*--build-addon-from-source/);
  });

  it('refuses versions whose inside is not known', () => {
    lay(cpu, { version: '4.21.0' });
    expect(() => choosePackage('auto', find)).toThrow(/must be >=4\.22 <5, got 4\.21\.0\. Run: npm i @tensorflow\/tfjs-node@4\.22\.0/);
    expect(['4.22.0', '4.23.1'].map(isSupported)).toEqual([true, true]);
    expect(['3.99.0', '5.0.0'].map(isSupported)).toEqual([false, false]);
  });
});

describe('finding a package', () => {
  it('finds nothing where Node finds nothing, and passes other troubles on', () => {
    const fail = (code: string) => (): never => {
      throw Object.assign(new Error('no'), { code });
    };
    expect(findPackage(cpu, fail('MODULE_NOT_FOUND'))).toBeNull();
    expect(() => findPackage(cpu, fail('EACCES'))).toThrow('no');
  });
});

describe('errors of loading', () => {
  const files = (): PackageFiles => {
    lay(cpu);
    return choosePackage(cpu, find);
  };

  it('names the shared library that the loader did not find', () => {
    const cause = Object.assign(new Error('libtensorflow.so.2: cannot open shared object file: No such file or directory'), {
      code: 'ERR_DLOPEN_FAILED',
    });
    const error = failedLoad(files(), cause);
    expect(error.message).toMatch(/tfjs_binding\.node must load, got "libtensorflow\.so\.2: .*Run: npm rebuild @tensorflow\/tfjs-node,/);
    expect(error.cause).toBe(cause);
  });

  it('is one line each, in the house form', () => {
    const errors = [
      failedLoad(files(), new Error('first\nsecond')),
      failedStart(cpu),
      missingGpu(cpu, '2.9.1'),
      otherPackage(gpu, cpu),
      removedBackend(cpu),
      strangeBackend({}),
      strangeBackend(Object.create(null) as object),
      twoCores(cpu),
    ];
    for (const { message } of errors) expect(message).toMatch(/^\[node\] [^\n]+, got [^\n]+\. [^\n]+$/);
  });
});

describe('repairs of Node 23 and newer', () => {
  it('does nothing where Node has what tfjs-node calls', () => {
    const util = { isNullOrUndefined: () => true, isArray: () => true };
    const before = { ...util };
    expect(neededRepairs(util)).toEqual([]);
    const repairs = repairNode(util);
    expect(repairs.names).toEqual([]);
    repairs.undo();
    expect(util).toEqual(before);
  });

  it('adds what is missing until the last user lets go', () => {
    const util: Record<string, unknown> = { isArray: Array.isArray };
    const first = repairNode(util);
    const second = repairNode(util);
    expect(first.names).toEqual(['util.isNullOrUndefined']);
    expect(second.names).toEqual(first.names);
    const isNullOrUndefined = util['isNullOrUndefined'] as (value: unknown) => boolean;
    expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
    first.undo();
    first.undo();
    expect(util['isNullOrUndefined']).toBe(isNullOrUndefined);
    second.undo();
    expect(util).toEqual({ isArray: Array.isArray });
  });

  it('leaves what someone else put there meanwhile', () => {
    const util: Record<string, unknown> = {};
    const repairs = repairNode(util);
    const theirs = (): boolean => false;
    util['isArray'] = theirs;
    repairs.undo();
    expect(util).toEqual({ isArray: theirs });
  });
});

describe('the members that we use', () => {
  it('are all missing in what is no backend', () => {
    expect(isNodeBackend(null)).toBe(false);
    expect(isNodeBackend({ binding: {} })).toBe(false);
    expect(missingMembers({})).toContain('getInputTensorIds');
    expect(missingMembers({})).toContain('tensorMap.get');
    expect(missingMembers({})).toContain('binding.executeOp');
    expect(missingMembers({})).toContain('binding.TF_ATTR_TYPE');
  });
});
