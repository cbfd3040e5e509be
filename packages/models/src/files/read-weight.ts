import { fromBytes } from '@halftone/float16';
import type { ByteReader } from '../bytes/byte-reader.ts';
import type { FileLimits } from '../bytes/limits.ts';
import { ModelFileError, show } from '../bytes/model-file-error.ts';
import type { WeightData } from '../weights/place-weight.ts';
import { type AffineQuantization, bytesOfSpec, sizeOfSpec, type WeightSpec } from './weight-spec.ts';

/** Reads the next weight of a tfjs weight file. Weights follow each other without padding, so that all begin anywhere. */
export async function readWeight(reader: ByteReader, spec: WeightSpec, limits: FileLimits): Promise<WeightData> {
  if (spec.dtype === 'string') return { kind: 'string', values: await readTexts(reader, spec, limits) };
  const bytes = await reader.read(bytesOfSpec(spec), `weight ${show(spec.name)}`);
  const { quantization, dtype } = spec;
  if (quantization?.dtype === 'float16' || quantization?.dtype === 'bfloat16') {
    return { kind: 'half', format: quantization.dtype, bits: fromBytes(bytes, quantization.dtype) };
  }
  if (quantization !== undefined) {
    const { scale, min, dtype: narrow } = quantization as AffineQuantization;
    const codes = narrow === 'uint8' ? bytes : new Uint16Array(bytes.slice().buffer);
    if (dtype === 'int32') return { kind: 'int32', values: Int32Array.from(codes, (code) => Math.round(code * scale + min)) };
    return { kind: 'float32', values: Float32Array.from(codes, (code) => code * scale + min) };
  }
  const own = bytes.slice();
  if (dtype === 'float32' || dtype === 'complex64') return { kind: dtype, values: new Float32Array(own.buffer) };
  if (dtype === 'int32') return { kind: 'int32', values: new Int32Array(own.buffer) };
  return { kind: 'bool', values: own };
}

async function readTexts(reader: ByteReader, spec: WeightSpec, limits: FileLimits): Promise<Uint8Array[]> {
  const texts: Uint8Array[] = [];
  let total = 0;
  for (let i = 0, size = sizeOfSpec(spec); i < size; i++) {
    const prefix = await reader.read(4, `weight ${show(spec.name)}`);
    const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true);
    total += length;
    if (total > limits.tensorBytes)
      throw new ModelFileError(`weight ${show(spec.name)} may have ${limits.tensorBytes} bytes`, total, 'Raise limits.tensorBytes.');
    texts.push((await reader.read(length, `weight ${show(spec.name)}`)).slice());
  }
  return texts;
}
