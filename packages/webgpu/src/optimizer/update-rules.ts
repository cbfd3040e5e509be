import type { FusedKind } from '@halftone/autocast';
import type { PowerRule } from './decide.ts';

type Rates = Readonly<Record<string, number>>;

/** How one kind of optimizer changes one element (or four at once), in tfjs's order of operations. */
export interface UpdateRule {
  /** How many slots; in the text they are `a`, `b`, `c`. */
  readonly slots: 0 | 1 | 2 | 3;
  readonly powers: PowerRule;
  /** Whether variables have a weight decay of their own. */
  readonly decays: boolean;
  /** The params of the text, from the optimizer's numbers; in double precision, rounded when they are uploaded, as tfjs does. */
  readonly params: (rates: Rates) => Rates;
  /** Changes `w` and the slots by the gradient `g`; `room1`, `room2` and `rate` come from the powers, `kept` from the variable's decay; `{width}` is that of a load. */
  readonly text: string;
}

const at = (rates: Rates, name: string): number => rates[name] ?? 0;
const moments = (rates: Rates): Rates => ({
  step: -at(rates, 'learningRate'),
  beta1: at(rates, 'beta1'),
  rest1: 1 - at(rates, 'beta1'),
  beta2: at(rates, 'beta2'),
  rest2: 1 - at(rates, 'beta2'),
  epsilon: at(rates, 'epsilon'),
});
const averages =
  (name: 'decay' | 'rho') =>
  (rates: Rates): Rates => ({
    learningRate: at(rates, 'learningRate'),
    step: -at(rates, 'learningRate'),
    keep: at(rates, name),
    rest: 1 - at(rates, name),
    momentum: at(rates, 'momentum'),
    epsilon: at(rates, 'epsilon'),
  });
const step = (rates: Rates): Rates => ({ step: -at(rates, 'learningRate') });
const withMomentum = (rates: Rates): Rates => ({ ...step(rates), momentum: at(rates, 'momentum') });

/** Adam's moments. */
export const MOMENTS = `a = a * params.beta1 + g * params.rest1;
b = b * params.beta2 + (g * g) * params.rest2;`;

/** Adam's step before the learning rate. */
export const DIRECTION = '(a / room1) / (sqrt(b / room2) + params.epsilon)';

const SQUARES = 'a = a * params.keep + (g * g) * params.rest;';

/** tfjs's maximum: NaN where one of both is. */
export const LARGER = `
fn larger1(x : f32, y : f32) -> f32 {
  let known = select(max(x, y), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
  return select(known, y, (bitcast<u32>(y) & 0x7fffffffu) > 0x7f800000u);
}
fn larger4(x : vec4<f32>, y : vec4<f32>) -> vec4<f32> {
  let known = select(max(x, y), x, (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u));
  return select(known, y, (bitcast<vec4<u32>>(y) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u));
}`;

/** One row for each kind; LAMB's text is in its own kernels. */
export const UPDATE_RULES: Readonly<Record<FusedKind, UpdateRule>> = {
  sgd: { slots: 0, powers: 'none', decays: false, params: step, text: 'w = params.step * g + w;' },
  momentum: {
    slots: 1,
    powers: 'none',
    decays: false,
    params: withMomentum,
    text: 'a = params.momentum * a + g;\nw = params.step * a + w;',
  },
  nesterov: {
    slots: 1,
    powers: 'none',
    decays: false,
    params: withMomentum,
    text: 'a = params.momentum * a + g;\nw = params.step * (g + a * params.momentum) + w;',
  },
  adam: { slots: 2, powers: 'moments', decays: false, params: moments, text: `${MOMENTS}\nw = (${DIRECTION}) * params.step + w;` },
  adamw: { slots: 2, powers: 'moments', decays: true, params: moments, text: `${MOMENTS}\nw = (${DIRECTION}) * params.step + w * kept;` },
  adamax: {
    slots: 2,
    powers: 'adamax',
    decays: false,
    params: moments,
    text: `a = a * params.beta1 + g * params.rest1;
b = larger{width}(b * params.beta2, abs(g));
w = rate * (a / (b + params.epsilon)) + w;`,
  },
  adagrad: {
    slots: 1,
    powers: 'none',
    decays: false,
    params: (rates) => ({ ...step(rates), epsilon: at(rates, 'epsilon') }),
    text: 'a = a + g * g;\nw = (g / sqrt(a + params.epsilon)) * params.step + w;',
  },
  adadelta: {
    slots: 2,
    powers: 'none',
    decays: false,
    params: averages('rho'),
    text: `let change = (sqrt(b + params.epsilon) / sqrt(a + params.epsilon)) * g;
${SQUARES}
b = b * params.keep + (change * change) * params.rest;
w = change * params.step + w;`,
  },
  rmsprop: {
    slots: 2,
    powers: 'none',
    decays: false,
    params: averages('decay'),
    text: `${SQUARES}
b = b * params.momentum + (g * params.learningRate) / sqrt(a + params.epsilon);
w = w - b;`,
  },
  'rmsprop-centered': {
    slots: 3,
    powers: 'none',
    decays: false,
    params: averages('decay'),
    text: `${SQUARES}
c = c * params.keep + g * params.rest;
b = b * params.momentum + (g * params.learningRate) / sqrt(a - (c * c + params.epsilon));
w = w - b;`,
  },
  lamb: { slots: 2, powers: 'moments', decays: true, params: moments, text: '' },
};

/** The kinds, in a fixed order. */
export const KINDS: readonly FusedKind[] = Object.keys(UPDATE_RULES) as FusedKind[];
