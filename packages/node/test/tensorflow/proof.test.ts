import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine, util } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Proof } from '../../src/proof/proof.ts';
import { resNet50 } from '../../src/proof/resnet-50.ts';
import { runProof } from '../../src/proof/run-proof.ts';

describe("the proof on TensorFlow's CPU library", () => {
  it('trains ResNet-50 in float32 and in halves, and writes what it measured', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halftone-proof-'));
    const file = join(folder, 'proof.json');
    try {
      let [out, error] = ['', ''];
      const code = await runProof(['--size', '64', '--batch', '1', '--steps', '1', '--matmul', '32', '--out', file], {
        out: (text) => (out += text),
        error: (text) => (error += text),
      });
      const proof = JSON.parse(readFileSync(file, 'utf8')) as Proof;
      expect(proof.checks.filter(({ status }) => status === 'broken')).toEqual([]);
      expect(code).toBe(0);
      expect(proof).toMatchObject({ schema: 'halftone-cuda-proof/1', device: 'cpu', diagnosis: { ok: true } });
      expect(proof.resNet50.mixed.map(({ policy }) => policy)).toEqual(['mixed_float16', 'mixed_bfloat16']);
      for (const { share, losses, statistics } of proof.resNet50.mixed) {
        expect(share.ofProductInputs).toBeGreaterThan(0.25); // the forward pass at least; not every half kernel of a CPU library sums in float32
        expect(losses).not.toEqual(proof.resNet50.stock.losses);
        expect(statistics.ops['Conv2D']?.halfRuns).toBe(53); // every convolution of ResNet-50, in the one timed step
      }
      expect(proof.matmuls.map(({ precision, size }) => [precision, size])).toEqual([
        ['float32', 32],
        ['float16', 32],
        ['bfloat16', 32],
      ]);
      expect(out).toContain("it ran on TensorFlow's CPU library");
      expect(error).toContain('ResNet-50, 1 pictures of 64 × 64');
      expect(engine().state.numTensors).toBe(3); // the learning rates: tfjs's momentum never gives its own back
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has the ResNet-50 of the paper', () => {
    const network = resNet50();
    const size = network.variables.reduce((sum, { shape }) => sum + util.sizeFromShape(shape), 0);
    network.dispose();
    expect(size).toBe(25_557_032); // as torchvision counts
  });

  it('ends with 1 and one line where the arguments are wrong', async () => {
    let error = '';
    expect(await runProof(['--size', '0'], { out: () => undefined, error: (text) => (error += text) })).toBe(1);
    expect(error).toMatch(/^\[node\] --size must be a whole number .*\n$/);
  });
});
