import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as core from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { opSignatures } from '../../src/table/op-signatures.ts';

/** Images, strings and summaries: nothing in them is half. */
const WITHOUT_NUMBERS = [
  'CreateSummaryFileWriter',
  'DecodeBmp',
  'DecodeGif',
  'DecodeJpeg',
  'DecodePng',
  'FlushSummaryWriter',
  'StaticRegexReplace',
  'SummaryWriter',
  'WriteScalarSummary',
  'WriteSummary',
];

describe('the table of op signatures', () => {
  it('has every op with numbers that the sources of tfjs-node execute', () => {
    const folder = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json')), 'dist');
    const sources = ['', 'kernels'].flatMap((below) =>
      readdirSync(join(folder, below))
        .filter((name) => name.endsWith('.js') && !name.includes('_test'))
        .map((name) => join(folder, below, name)),
    );
    const executed = sources.flatMap((file) =>
      [
        ...readFileSync(file, 'utf8').matchAll(/\.execute(?:SingleInput|SingleOutput|MultipleOutputs|Op)\(\s*(?:tfjs_1\.(\w+)|'(\w+)')/g),
      ].map(([, constant, name]) => name ?? String(Reflect.get(core, constant ?? ''))),
    );
    expect(executed.length).toBeGreaterThan(140);
    const missing = [...new Set(executed)].filter((op) => !Object.hasOwn(opSignatures, op)).sort();
    expect(missing).toEqual(WITHOUT_NUMBERS);
  });
});
