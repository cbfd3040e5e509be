import type { PoolShape } from '../../src/kernels/pool/pool-shape.ts';

/** Calls `visit` for each window and channel with the index of its output and those of its elements inside the input, in order. */
function eachWindow(
  { batch, channels, input, output, filter, stride, padding }: PoolShape,
  visit: (out: number, inside: number[]) => void,
): void {
  for (let out = 0; out < batch * output[0] * output[1] * channels; out++) {
    const channel = out % channels;
    const column = Math.floor(out / channels) % output[1];
    const line = Math.floor(out / channels / output[1]) % output[0];
    const image = Math.floor(out / channels / output[1] / output[0]);
    const inside: number[] = [];
    for (let i = 0; i < filter[0] * filter[1]; i++) {
      const r = line * stride[0] - padding[0] + Math.floor(i / filter[1]);
      const c = column * stride[1] - padding[1] + (i % filter[1]);
      if (r >= 0 && c >= 0 && r < input[0] && c < input[1]) inside.push(((image * input[0] + r) * input[1] + c) * channels + channel);
    }
    visit(out, inside);
  }
}

/** Maxima of windows, and the gradient that goes to the last of equal ones, as tfjs's WebGPU backend has it. */
export function maxPool64(shape: PoolShape, xs: Float32Array, dys: Float32Array): { ys: Float64Array; dxs: Float64Array } {
  const [ys, dxs] = [new Float64Array(dys.length), new Float64Array(xs.length)];
  eachWindow(shape, (out, inside) => {
    const winner = inside.reduce((best, at) => ((xs[at] as number) >= (xs[best] as number) ? at : best));
    ys[out] = xs[winner] as number;
    dxs[winner] = (dxs[winner] as number) + (dys[out] as number);
  });
  return { ys, dxs };
}

/** Means of what of each window lies inside. */
export function averagePool64(shape: PoolShape, xs: Float32Array): Float64Array {
  const ys: number[] = [];
  eachWindow(shape, (out, inside) => {
    ys[out] = inside.reduce((total, at) => total + (xs[at] as number), 0) / inside.length;
  });
  return Float64Array.from(ys);
}

/** The gradient of averages as tfjs has it: each window's over its whole area. */
export function averageGrad64(shape: PoolShape, dys: Float32Array): Float64Array {
  const dxs = new Float64Array(shape.batch * shape.input[0] * shape.input[1] * shape.channels);
  eachWindow(shape, (out, inside) => {
    for (const at of inside) dxs[at] = (dxs[at] as number) + (dys[out] as number) / (shape.filter[0] * shape.filter[1]);
  });
  return dxs;
}
