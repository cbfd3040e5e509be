import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { requireOrSkip } from '@halftone/testing';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/safetensors/read-safetensors.ts';
import { writeSafetensors } from '../../src/safetensors/write-safetensors.ts';

/** The Python that Keras came in has safetensors, numpy and ml_dtypes too. */
const keras = await requireOrSkip('keras');
const file = new Uint8Array(readFileSync(new URL('../golden/safetensors.safetensors', import.meta.url)));

describe.skipIf(!keras.available)("Python's safetensors", () => {
  it('reads what is written here and writes the same bytes', async () => {
    const { tensors, metadata } = await readSafetensors(file);
    const ours = writeSafetensors(tensors, { metadata });
    const script = [
      'import sys, ml_dtypes as ml, numpy as np',
      'from safetensors import deserialize',
      'from safetensors.numpy import save',
      'kinds = {"F8_E4M3": ml.float8_e4m3fn, "F8_E5M2": ml.float8_e5m2, "BF16": ml.bfloat16, "BOOL": "?"}',
      'kind = lambda name: kinds.get(name) or name[0].lower() + str(int(name[1:]) // 8)',
      'read = {n: np.frombuffer(bytes(t["data"]), dtype=kind(t["dtype"])).reshape(t["shape"]) for n, t in deserialize(sys.stdin.buffer.read())}',
      'sys.stdout.buffer.write(save(read, metadata={"format": "np"}))',
    ].join('\n');
    const theirs = execFileSync(keras.reason, ['-c', script], { input: ours });
    expect(theirs.equals(ours)).toBe(true);
  });

  it('gives the same numbers as numpy arrays', () => {
    const ours = writeSafetensors([
      { name: 'half', dtype: 'F16', shape: [2, 1], bits: Uint16Array.of(0x3c00, 0x7bff) },
      { name: 'single', dtype: 'F32', shape: [], values: Float32Array.of(0.1) },
    ]);
    const script =
      'import sys, json\nfrom safetensors.numpy import load\nt = load(sys.stdin.buffer.read())\nprint(json.dumps({k: [str(v.dtype), v.tolist()] for k, v in sorted(t.items())}))';
    expect(JSON.parse(execFileSync(keras.reason, ['-c', script], { input: ours, encoding: 'utf8' }))).toEqual({
      half: ['float16', [[1], [65504]]],
      single: ['float32', Math.fround(0.1)],
    });
  });
});
