import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceOptions } from './options.ts';

/** A committed run of stock tfjs: which specs fail there. */
export interface StockList {
  readonly backend: string;
  readonly device: string;
  readonly tfjs: string;
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: Readonly<Record<string, string>>;
}

/** A committed run of a plug-in: the specs that fail there and not in stock, each with a reason. */
export interface ModeList {
  readonly backend: string;
  readonly device: string;
  readonly mode: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What the reason codes mean; a reason may also be a sentence of its own. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly accepted: Readonly<Record<string, { readonly reason: string; readonly message: string }>>;
}

/** Specs that are not equal to themselves in stock tfjs, by backend, each with its reason. */
export type FlakyList = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The most specs that may be called flaky for one backend. */
export const MOST_FLAKY = 5;

/** The stock backend that a run is measured by. */
export function yardstickOf({ plugin, base }: Pick<ConformanceOptions, 'plugin' | 'base'>): 'webgpu' | 'cpu' | 'wasm' | 'tensorflow' {
  return plugin === 'webgpu' ? 'webgpu' : plugin === 'node' ? 'tensorflow' : base;
}

/** File names below the folder of lists. */
export const listFile = {
  stock: (options: ConformanceOptions): string => `stock-${yardstickOf(options)}.json`,
  mode: ({ plugin, base, mode }: ConformanceOptions): string =>
    `${{ webgpu: '', emulate: `emulate-${base}-`, node: 'node-' }[plugin]}${mode}.json`,
  flaky: (): string => 'flaky.json',
} as const;

/** Reads one list, or nothing where it was never made. */
export function readList<T>(folder: string, file: string): T | undefined {
  const path = join(folder, file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

/** Writes one list, its names sorted so that a difference is easy to read. */
export function writeList(folder: string, file: string, list: StockList | ModeList | FlakyList): void {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).some((key) => key.includes(' '))
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  writeFileSync(join(folder, file), `${JSON.stringify(list, sorted, 2)}\n`);
}
