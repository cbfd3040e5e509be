import { nn, numpy as np } from '@jax-js/jax';
import type { ModelOptions } from '../models/model.ts';
import { TRANSFORMER, transformerArrays } from '../models/transformer-arrays.ts';
import type { JaxArray, JaxArrays, JaxModel } from './jax-model.ts';

const { width, heads, vocabulary, normEpsilon } = TRANSFORMER;

/** The character transformer in jax-js. */
export function jaxTransformer(options: ModelOptions): JaxModel {
  const { batch, size: tokens, depth } = options;
  const { weights, inputs, targets } = transformerArrays(options);
  const oneHot = (ids: Int32Array): JaxArray => nn.oneHot(np.array(ids, { dtype: np.int32 }), vocabulary);
  const masked = Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? -1e4 : 0));
  return {
    weights,
    data: () => ({ x: oneHot(inputs), y: oneHot(targets), mask: np.array(masked).reshape([tokens, tokens]) }),
    loss(w, { x, y, mask }, scale) {
      const rows = batch * tokens;
      let h = np.matmul(x!, w['tok']!).reshape([batch, tokens, width]).add(w['pos']!).reshape([rows, width]);
      for (let i = 0; i < depth; i += 1) {
        const lent = i === depth - 1 ? mask! : mask!.ref;
        h = h.ref.add(attention(norm(h, w[`g1_${i}`]!, w[`c1_${i}`]!), w, i, lent, options));
        const wide = gelu(linear(norm(h.ref, w[`g2_${i}`]!, w[`c2_${i}`]!), w[`up_${i}`]!, w[`upb_${i}`]!));
        h = h.add(linear(wide, w[`down_${i}`]!, w[`downb_${i}`]!));
      }
      const logits = np.matmul(norm(h, w['gf']!, w['cf']!), w['head']!);
      return nn
        .logSoftmax(logits)
        .mul(y!)
        .sum(-1)
        .mul(scale / rows)
        .sum()
        .neg();
    },
  };
}

const linear = (x: JaxArray, weight: JaxArray, bias: JaxArray): JaxArray => np.matmul(x, weight).add(bias);

const mean = (x: JaxArray): JaxArray => x.mul(1 / width).sum(-1, { keepdims: true }); // np.mean of float16 casts inside

function norm(x: JaxArray, gain: JaxArray, shift: JaxArray): JaxArray {
  const centred = x.ref.sub(mean(x));
  const variance = mean(centred.ref.mul(centred.ref));
  return centred
    .mul(np.reciprocal(np.sqrt(variance.add(normEpsilon))))
    .mul(gain)
    .add(shift);
}

function gelu(x: JaxArray): JaxArray {
  const cube = x.ref.mul(x.ref).mul(x.ref).mul(0.044715);
  return x.ref.mul(0.5).mul(np.tanh(x.add(cube).mul(Math.sqrt(2 / Math.PI))).add(1));
}

function attention(x: JaxArray, w: JaxArrays, index: number, mask: JaxArray, { batch, size: tokens }: ModelOptions): JaxArray {
  const perHead = width / heads;
  const joined = linear(x, w[`qkv_${index}`]!, w[`qkvb_${index}`]!).reshape([batch, tokens, 3, heads, perHead]).transpose([2, 0, 3, 1, 4]);
  const q = joined.ref.slice(0);
  const k = joined.ref.slice(1);
  const v = joined.slice(2);
  const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(perHead));
  const mixed = np
    .matmul(nn.softmax(scores.add(mask), -1), v)
    .transpose([0, 2, 1, 3])
    .reshape([batch * tokens, width]);
  return linear(mixed, w[`out_${index}`]!, w[`outb_${index}`]!);
}
