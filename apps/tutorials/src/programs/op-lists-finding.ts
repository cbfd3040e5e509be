import type { KernelRecord } from '@halftone/autocast';
import type { KernelRange } from '@halftone/emulate';
import { formatPolicy, policy, type Policy } from '@halftone/policy';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Finding, Picture } from '../lesson.ts';

/** So many skipped steps in a row say that no loss scale helps. */
export const HOPELESS = 8;

/** The ops of the first contrast layer in `mixed_float16`, as the page lists them. */
const CONTRAST = [
  'Multiply: promote, float16, every real input is float16',
  'AvgPool: f32-inner, float16, its input is float16',
  'Add: promote, float32, the constant 1e-8 does not fit float16',
  'Sqrt: f32-inner, float32, its input is float32',
  'RealDiv: promote, float32, a real input is float32',
] as const;

export type Square = (x: Tensor4D) => Tensor4D;

/** One way to run the network. */
export interface Variant {
  readonly key: 'float32' | 'asIs' | 'inner' | 'denied' | 'byLayer' | 'rewritten' | 'tooFar';
  readonly name: string;
  readonly policy: Policy;
  /** Of the layers named `contrast_…`, where it is another one. */
  readonly layers?: string;
  readonly square?: Square;
}

/** What the emulation saw in one forward pass. */
export interface Seen {
  readonly overflow: readonly (KernelRange & { readonly kernel: string })[];
  /** Whether the answers are numbers. */
  readonly finite: boolean;
}

export interface Trained {
  readonly curve: readonly number[];
  readonly skipped: number;
  readonly loss: number;
  readonly known: number;
}

/** All that is known of one variant. */
export interface Tried extends Variant, Seen, Trained {
  /** Of a forward pass. */
  readonly kernels: readonly KernelRecord[];
}

/**
 * The table, the promises and the curves. Pure.
 *
 * @param tried - the variants in the order of the table
 * @param selected - the paths that each way of naming layers gave
 */
export function opListsFinding(tried: readonly Tried[], selected: readonly string[]): Finding {
  const of = Object.fromEntries(tried.map((one) => [one.key, one])) as Readonly<Record<Variant['key'], Tried>>;
  const { float32, asIs, inner, denied, byLayer, rewritten, tooFar } = of;
  const mended = [denied, byLayer, rewritten];
  const numbers = tried.flatMap(({ key, loss, known, skipped }) =>
    Object.entries({ loss, known, skipped }).map(([what, value]) => [`${key}.${what}`, value] as const),
  );
  return {
    columns: ['variant', 'what overflows in one pass', 'results in half', 'steps skipped', 'loss on unseen', 'known'],
    rows: tried.map((one) => [
      one.name,
      overflows(one),
      `${one.kernels.filter(({ storageOut }) => storageOut.includes('float16')).length} of ${one.kernels.length}`,
      `${one.skipped} of ${one.curve.length}`,
      Number.isFinite(one.loss) ? one.loss.toFixed(4) : 'not a number',
      `${(100 * one.known).toFixed(1)} %`,
    ]),
    claims: [
      claim(
        'the emulation names the op before anything is trained: a product beyond 65504',
        asIs.overflow.length === 1 && overflowing(asIs),
        overflows(asIs),
      ),
      claim(
        'explain() tells for each op of the layer what was decided and why: the product lies in half, the epsilon keeps its sum in float32',
        CONTRAST.every((line) => decisions(asIs).includes(line)),
        CONTRAST.map((line) => (decisions(asIs).includes(line) ? line : `not: ${line}`)).join('; '),
      ),
      claim(
        'as it is, the network learns less, and nothing but skipped steps says so: no answer is NaN',
        asIs.finite && asIs.skipped > 0 && asIs.loss > 1.2 * float32.loss,
        lossOf(asIs),
      ),
      claim(
        'f32Inner does not mend it: the maths was float32 all along, the result does not fit',
        overflowing(inner) && inner.loss > 1.2 * float32.loss,
        `${overflows(inner)}; ${lossOf(inner)}`,
      ),
      claim(
        'deny, a layer policy and tf.square each mend it: nothing overflows',
        mended.every(({ overflow }) => overflow.length === 0),
        mended.map((one) => `${one.name}: ${overflows(one)}`).join(', '),
      ),
      claim(
        'mended, the loss on unseen digits is that of float32 or less, give or take 15 %',
        mended.every(({ loss }) => loss <= 1.15 * float32.loss),
        [float32, ...mended].map(lossOf).join('; '),
      ),
      claim(
        'an allow list that goes too far loses the epsilon: white paper is 0 / 0, every step is skipped',
        !tooFar.finite && tooFar.skipped === HOPELESS && tooFar.curve.length === HOPELESS,
        `${decisions(tooFar).find((line) => line.startsWith('Add'))}; ${tooFar.skipped} of ${tooFar.curve.length} steps skipped`,
      ),
      claim(
        'a name with *, a pattern, a class and a class name mean the same layers',
        selected.every((paths) => paths === 'contrast_1 and contrast_2'),
        selected.join('; '),
      ),
      claim(
        'a policy with its lists is one string, which reads back as the same policy',
        tried.every((one) => readsBack(one.policy)),
        formatPolicy(tooFar.policy),
      ),
    ],
    numbers: Object.fromEntries(numbers.filter(([, value]) => Number.isFinite(value))),
    pictures: [curves(tried)],
  };
}

function curves(tried: readonly Tried[]): Picture {
  const shown = { float32: 'float32', asIs: 'mixed_float16', denied: 'deny: Multiply' } as const;
  return {
    kind: 'curves',
    title: 'Loss of each batch',
    x: 'step',
    y: 'cross-entropy',
    series: Object.entries(shown).map(([key, name]) => ({
      name,
      points: (tried.find((one) => one.key === key)?.curve ?? []).map((loss, i) => [i + 1, loss] as const),
    })),
    summary:
      'Where products are denied half the loss falls as in float32. In mixed_float16 as it is, it hardly falls, or ends where guessing would.',
  };
}

/** Name, class, storage and reason of each kernel, from the first product on; a float32 literal is written as the source has it. */
function decisions({ kernels }: Tried): string[] {
  const first = kernels.findIndex(({ kernelName }) => kernelName === 'Multiply');
  return kernels
    .slice(Math.max(0, first))
    .map(
      ({ kernelName, opClass, storageOut, why }) =>
        `${kernelName}: ${opClass}, ${storageOut.join()}, ${why.replace(/9\.99\d*e-9/, '1e-8')}`,
    );
}

const overflowing = ({ overflow }: Tried): boolean => overflow.some(({ kernel, maxAbs }) => kernel === 'Multiply' && maxAbs > 65504);
const overflows = ({ overflow }: Tried): string =>
  overflow.map(({ kernel, overflow: count, maxAbs }) => `${kernel}: ${count} numbers, up to ${Math.round(maxAbs)}`).join('; ') || 'nothing';
const lossOf = ({ name, loss, skipped, curve }: Tried): string =>
  `${name}: loss ${loss.toFixed(4)}, ${skipped} of ${curve.length} steps skipped`;
const readsBack = (one: Policy): boolean => formatPolicy(policy(formatPolicy(one))) === formatPolicy(one);
const claim = (what: string, holds: boolean, found: string): Finding['claims'][number] => ({ what, holds, found });
