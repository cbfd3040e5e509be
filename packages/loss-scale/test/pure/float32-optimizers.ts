const f = Math.fround;

/** One optimizer over a list of parameters; keeps its slots by position. All arithmetic is rounded to float32 after each operation. */
export interface Float32Optimizer {
  /** Updates the parameters in place; a `null` gradient leaves its parameter alone. */
  apply(params: readonly Float32Array[], grads: readonly (Float32Array | null)[]): void;
}

/** Constructor arguments as the golden files name them. */
export interface OptimizerArgs {
  readonly lr?: number;
  readonly learning_rate?: number;
  readonly momentum?: number;
}

/** The new weight from the old one and its gradient; `slot` keeps what the formula remembers of this weight. */
type Formula = (weight: number, grad: number, slot: Slot, args: OptimizerArgs) => number;

interface Slot {
  m: number;
  v: number;
  t: number;
}

const TORCH_BETAS = { b1: 0.9, b2: 0.999, eps: 1e-8 };
const KERAS_BETAS = { b1: 0.9, b2: 0.999, eps: 1e-7 };

function moments(slot: Slot, grad: number, { b1, b2 }: { b1: number; b2: number }): void {
  slot.m = f(slot.m + f(f(grad - slot.m) * f(1 - b1)));
  slot.v = f(f(slot.v * f(b2)) + f(f(grad * grad) * f(1 - b2)));
}

/** The formulas as the golden README states them; torch and Keras put epsilon in different places. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  'torch SGD': (weight, grad, slot, { lr = 0, momentum = 0 }) => {
    slot.m = slot.t === 1 || momentum === 0 ? grad : f(f(momentum * slot.m) + grad);
    return f(weight - f(lr * slot.m));
  },
  'torch Adam': (weight, grad, slot, { lr = 0 }) => {
    moments(slot, grad, TORCH_BETAS);
    const root = f(f(Math.sqrt(slot.v)) / Math.sqrt(1 - TORCH_BETAS.b2 ** slot.t));
    return f(weight - f(f((lr / (1 - TORCH_BETAS.b1 ** slot.t)) * slot.m) / f(root + TORCH_BETAS.eps)));
  },
  'torch RMSprop': (weight, grad, slot, { lr = 0 }) => {
    slot.v = f(f(0.99 * slot.v) + f(f(grad * grad) * f(0.01)));
    return f(weight - f(lr * f(grad / f(f(Math.sqrt(slot.v)) + 1e-8))));
  },
  'keras SGD': (weight, grad, slot, { learning_rate = 0, momentum = 0 }) => {
    slot.m = f((momentum === 0 ? 0 : f(momentum * slot.m)) - f(learning_rate * grad));
    return f(weight + slot.m);
  },
  'keras Adam': (weight, grad, slot, { learning_rate = 0 }) => {
    moments(slot, grad, KERAS_BETAS);
    const alpha = (learning_rate * Math.sqrt(1 - KERAS_BETAS.b2 ** slot.t)) / (1 - KERAS_BETAS.b1 ** slot.t);
    return f(weight - f(f(alpha * slot.m) / f(f(Math.sqrt(slot.v)) + KERAS_BETAS.eps)));
  },
};

/** Makes the optimizer of a system by the name that its trace gives. */
export function float32Optimizer(system: 'torch' | 'keras', type: string, args: OptimizerArgs): Float32Optimizer {
  const formula = FORMULAS[`${system} ${type}`];
  if (formula === undefined) throw new RangeError(`[loss-scale test] no formula for ${system} ${type}`);
  const slots = new Map<number, Slot>();
  const slotAt = (key: number): Slot => slots.get(key) ?? slots.set(key, { m: 0, v: 0, t: 0 }).get(key)!;
  return {
    apply(params, grads) {
      grads.forEach((grad, p) =>
        grad?.forEach((value, i) => {
          const slot = slotAt(p * 65536 + i);
          slot.t += 1;
          const param = params[p]!;
          param[i] = formula(param[i]!, value, slot, args);
        }),
      );
    },
  };
}
