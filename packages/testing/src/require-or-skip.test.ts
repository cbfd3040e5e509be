import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Need, requireOrSkip } from './require-or-skip.ts';
import { sharedData, sharedFolder } from './shared-data.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halftone-testing-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('requireOrSkip', () => {
  it('says that the shared folder is there', async () => {
    vi.stubEnv('HALFTONE_SHARED', folder);
    vi.stubEnv('HALFTONE_REQUIRE', 'shared');
    expect(await requireOrSkip('shared')).toEqual({ available: true, reason: 'HALFTONE_SHARED' });
  });

  it('says once and aloud that it is missing', async () => {
    vi.stubEnv('HALFTONE_SHARED', '');
    vi.stubEnv('HALFTONE_REQUIRE', 'vulkan');
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await requireOrSkip('shared')).toEqual({ available: false, reason: 'HALFTONE_SHARED names no folder' });
    await requireOrSkip('shared');
    expect(write.mock.calls.map(([text]) => text)).toEqual(['[testing] skipped what needs shared: HALFTONE_SHARED names no folder\n']);
  });

  it('throws when the missing need is on the list of required ones', async () => {
    vi.stubEnv('HALFTONE_SHARED', join(folder, 'nowhere'));
    vi.stubEnv('HALFTONE_REQUIRE', 'vulkan, shared');
    await expect(requireOrSkip('shared')).rejects.toThrow(
      '[testing] HALFTONE_REQUIRE lists shared, got none: HALFTONE_SHARED names no folder.',
    );
  });

  it('takes the browser that HALFTONE_BROWSER names and no other', async () => {
    const browser = join(folder, 'chrome');
    writeFileSync(browser, '');
    vi.stubEnv('HALFTONE_BROWSER', browser);
    expect(await requireOrSkip('browser')).toEqual({ available: true, reason: browser });
    vi.stubEnv('HALFTONE_BROWSER', `${browser}-gone`);
    vi.stubEnv('HALFTONE_REQUIRE', 'browser');
    await expect(requireOrSkip('browser')).rejects.toThrow('no Chromium');
  });

  it('finds no TensorFlow in a package that does not have it', async () => {
    vi.stubEnv('HALFTONE_REQUIRE', 'tensorflow');
    vi.stubEnv('HALFTONE_TENSORFLOW', '');
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    await expect(requireOrSkip('tensorflow')).rejects.toThrow('@tensorflow/tfjs-node is not installed');
  });

  it('finds the TensorFlow of an installed tfjs-node, here or in packages/node, and says when its native half is missing', async () => {
    vi.stubEnv('HALFTONE_REQUIRE', 'tensorflow');
    vi.stubEnv('HALFTONE_TENSORFLOW', '');
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const home = join(folder, 'packages', 'node', 'node_modules', '@tensorflow', 'tfjs-node', 'lib', 'napi-v8');
    mkdirSync(home, { recursive: true });
    await expect(requireOrSkip('tensorflow')).rejects.toThrow('no native binding');
    writeFileSync(join(home, 'tfjs_binding.node'), '');
    expect(await requireOrSkip('tensorflow')).toEqual({ available: true, reason: join(home, 'tfjs_binding.node') });
  });

  it('takes the TensorFlow addon that HALFTONE_TENSORFLOW names and no other', async () => {
    const addon = join(folder, 'tfjs_binding.node');
    writeFileSync(addon, '');
    vi.stubEnv('HALFTONE_TENSORFLOW', addon);
    expect(await requireOrSkip('tensorflow')).toEqual({ available: true, reason: addon });
    vi.stubEnv('HALFTONE_TENSORFLOW', `${addon}-gone`);
    vi.stubEnv('HALFTONE_REQUIRE', 'tensorflow');
    await expect(requireOrSkip('tensorflow')).rejects.toThrow('which does not exist');
  });

  it('takes the Python with Keras that HALFTONE_KERAS_PYTHON names', async () => {
    vi.stubEnv('HALFTONE_REQUIRE', 'keras');
    vi.stubEnv('HALFTONE_KERAS_PYTHON', '');
    await expect(requireOrSkip('keras')).rejects.toThrow('names no Python with Keras');
    const python = join(folder, 'python');
    vi.stubEnv('HALFTONE_KERAS_PYTHON', python);
    await expect(requireOrSkip('keras')).rejects.toThrow('which does not exist');
    writeFileSync(python, '');
    expect(await requireOrSkip('keras')).toEqual({ available: true, reason: python });
  });

  it('refuses a need that does not exist', async () => {
    await expect(requireOrSkip('cuda' as Need)).rejects.toThrow('[testing] unknown need, got cuda.');
    await expect(requireOrSkip('toString' as Need)).rejects.toThrow(TypeError);
  });
});

describe('sharedData', () => {
  it('finds a file below the folder that the environment names', () => {
    vi.stubEnv('HALFTONE_SHARED', folder);
    writeFileSync(join(folder, 'weights.bin'), '');
    expect(sharedFolder()).toBe(folder);
    expect(sharedData('weights.bin')).toBe(join(folder, 'weights.bin'));
  });

  it('says what is missing: the folder or the file', () => {
    vi.stubEnv('HALFTONE_SHARED', folder);
    expect(() => sharedData('weights.bin')).toThrow('[testing] shared data must exist, got weights.bin.');
    vi.stubEnv('HALFTONE_SHARED', '');
    expect(() => sharedData('weights.bin')).toThrow('[testing] HALFTONE_SHARED must name a folder');
  });
});
