import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../setup/src/folders.mjs';
import { excludedFiles } from './excluded-files.mjs';

const MILLISECONDS_A_DAY = 86_400_000;

/**
 * All test files of vitest's project `gpu`, those that stay in Node included.
 *
 * @returns {string[]} paths from the root, by name
 */
export function gpuTestFiles() {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group))
      .toSorted()
      .flatMap((owner) => testsUnder(`${group}/${owner}/test/gpu`)),
  );
}

/** @param {string} folder */
function testsUnder(folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .toSorted()
      .map((file) => `${folder}/${file}`);
  } catch {
    return []; // no tests on a device there
  }
}

/**
 * The files of one run: all of them that pages can run, those whose path holds a text, or every fourth.
 *
 * Quarters take turns through the list, heaviest first and there and back, so that each takes about as long as the others.
 *
 * Pure.
 *
 * @param {readonly string[]} files - by name
 * @param {{ readonly quarter?: number | undefined, readonly only?: string | undefined }} choice
 * @returns {string[]}
 * @throws {RangeError} if no path holds the text
 */
export function chosenFiles(files, { quarter, only }) {
  const open = files.filter((file) => !(file in excludedFiles) && (only === undefined || file.includes(only)));
  if (open.length === 0)
    throw new RangeError(`[browser-tests] only must be a part of a test file's path, got ${only}. See the paths of packages/*/test/gpu.`);
  if (quarter === undefined) return open;
  const seconds = (/** @type {string} */ file) => heavyFiles[file] ?? 0;
  const byWeight = open.toSorted((a, b) => seconds(b) - seconds(a));
  return byWeight.filter((_, index) => index % 8 === quarter || index % 8 === 7 - quarter).toSorted();
}

/** Seconds in the slower browser, on a busy machine, for the files that take longest; no other takes more than ten. @type {Readonly<Record<string, number>>} */
export const heavyFiles = {
  'packages/halftone/test/gpu/optimizer.test.ts': 90,
  'apps/playground/test/gpu/training.test.ts': 35,
  'packages/webgpu/test/gpu/suites.test.ts': 30,
  'packages/webgpu/test/gpu/depthwise-values.test.ts': 18,
  'packages/webgpu/test/gpu/lowering-compile.test.ts': 18,
  'packages/halftone/test/gpu/agreement.test.ts': 16,
  'packages/webgpu/test/gpu/float32-bits.test.ts': 16,
  'packages/webgpu/test/gpu/graph-programs.test.ts': 14,
  'packages/optimizer/test/gpu/fused-steps.test.ts': 13,
  'packages/webgpu/test/gpu/conv-kernels.test.ts': 13,
  'packages/optimizer/test/gpu/fused-lazy.test.ts': 12,
  'packages/models/test/gpu/checkpoint.test.ts': 12,
};

/**
 * Reads what `--quarter` takes.
 *
 * Pure.
 *
 * @param {string | undefined} text - `auto` is the quarter of the day
 * @param {number} now - milliseconds since 1970
 * @returns {number | undefined}
 * @throws {RangeError} if it takes no such value
 * @example
 * quarterFrom('auto', 86_400_000 * 6); // 2
 */
export function quarterFrom(text, now) {
  if (text === undefined) return undefined;
  if (text === 'auto') return Math.floor(now / MILLISECONDS_A_DAY) % 4;
  if (/^[0-3]$/.test(text)) return Number(text);
  throw new RangeError(`[browser-tests] quarter must be auto, 0, 1, 2 or 3, got ${text}. Leave it out for all files.`);
}
