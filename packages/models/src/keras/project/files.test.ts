import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { HandOver, Strategy } from '../hand-over.ts';
import { projectFiles } from './files.ts';

const python = fileURLToPath(new URL('python', import.meta.url));
const float32 = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' } };

function texts(strategy: Strategy, data: HandOver['data'] = null): Readonly<Record<string, string>> {
  const training: HandOver = {
    version: 1,
    step: 120,
    epoch: 2,
    epochs: 3,
    seed: 1,
    policy: float32,
    layerPolicies: {},
    lossScale: null,
    optimizer: { class_name: 'SGD', config: { learning_rate: 0.1 }, iterations: 120, undecayed: [] },
    loss: ['mean_squared_error'],
    metrics: [],
    batchSize: 48,
    strategy,
    data,
  };
  return Object.fromEntries(projectFiles(training).map(({ path, text }) => [path, text]));
}

test('carries every Python file as it lies in python/; if not, run node apps/keras-proof/src/python-sources.mjs', () => {
  const files = texts('mirrored');
  const names = readdirSync(python).filter((name) => name.endsWith('.py'));
  expect(
    Object.keys(files)
      .filter((name) => name.endsWith('.py'))
      .sort(),
  ).toEqual(names.sort());
  for (const name of names) expect(files[name]).toBe(readFileSync(`${python}/${name}`, 'utf8'));
});

test('imports nothing in Python but what stands beside it, Python itself, and what is pinned', () => {
  const files = texts('mirrored');
  const own = Object.keys(files)
    .filter((name) => name.endsWith('.py'))
    .map((name) => name.slice(0, -3));
  const known = new Set([
    ...own,
    'argparse',
    'hashlib',
    'json',
    'math',
    'mmap',
    'os',
    'signal',
    'struct',
    'sys',
    'keras',
    'numpy',
    'safetensors',
    'tensorflow',
  ]);
  for (const name of own)
    for (const [, module = ''] of files[`${name}.py`]?.matchAll(/^(?:from|import) (\w+)/gm) ?? []) expect(known, name).toContain(module);
  for (const module of ['keras', 'numpy', 'safetensors', 'tensorflow'])
    expect(files['requirements.txt']).toMatch(new RegExp(`^${module}(\\[and-cuda\\])?==[0-9.]+$`, 'm'));
});

test('pins a version of everything that is installed', () => {
  for (const strategy of ['mirrored', 'multi_worker', 'tpu'] as const) {
    const lines =
      texts(strategy)
        ['requirements.txt']?.split('\n')
        .filter((line) => /^[a-z]/i.test(line)) ?? [];
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const line of lines) expect(line).toMatch(/^[\w-]+(\[and-cuda\])?==[0-9.]+$/);
  }
});

test('gives several workers names by which they find each other, one a completion', () => {
  const job = texts('multi_worker')['job.yaml'] ?? '';
  expect(job).toContain('kind: Service');
  expect(job).toContain('halftone-train-0.halftone-train:2222,halftone-train-1.halftone-train:2222');
  expect(job).toContain('subdomain: halftone-train');
  expect(job).toMatch(/completions: 2\n {2}parallelism: 2\n/);
  expect(job).toContain('accessModes: [ReadWriteMany]');
});

test('needs no service for one machine', () => {
  const job = texts('mirrored')['job.yaml'] ?? '';
  expect(job).not.toContain('kind: Service');
  expect(job).not.toContain('HALFTONE_WORKERS');
  expect(job).toMatch(/completions: 1\n/);
});

test('says that a TPU was never tried, in the README and in the job', () => {
  const files = texts('tpu');
  expect(files['README.md']).toContain('never run on a TPU');
  expect(files['job.yaml']).toContain('not run on a TPU');
  expect(texts('mirrored')['README.md']).not.toContain('TPU');
});

test('says where data has to go if none was handed over, and how many examples there are if it was', () => {
  expect(texts('mirrored')['README.md']).toContain('No data was handed over');
  const feature = { name: 'x', dtype: 'float32', shape: [2], role: 'input' } as const;
  const text = texts('mirrored', { files: ['data/part-00000-of-00001.tfrecord'], features: [feature], count: 977 })['README.md'];
  expect(text).toContain('977 examples');
  expect(text).not.toContain('No data');
});
