import type { TensorflowMeter, TensorflowReport } from '@halftone/testing/meter';
import { engine, Variable, type Tensor } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import type { RunMeter } from './run-meter.ts';
import type { TensorflowFacts } from './run-result.ts';

/** The step whose casts and products are told, from 0: as late as the last one that is counted. */
const TOLD_STEP = 8;
/** TensorFlow's ops for matrix products and convolutions, their gradients included. */
const PRODUCTS = /^(Batch)?MatMul|^Conv[23]D|^DepthwiseConv2dNative/;

/** The meter of a run on TensorFlow, which also looks at the weights' handles inside TensorFlow. */
export class TensorflowWatch implements RunMeter {
  readonly #meter: TensorflowMeter;
  readonly #handlesAfterEpoch: number[] = [];
  #weights: readonly Variable[] = [];
  #told: TensorflowReport;
  #steps = 0;

  constructor(meter: TensorflowMeter) {
    this.#meter = meter;
    this.#told = meter.report();
  }

  /** From now on the casts of this model's weights are told apart. */
  follow(model: Sequential): void {
    this.#weights = model.getWeights().filter((weight): weight is Variable => weight instanceof Variable);
  }

  measure: RunMeter['measure'] = async (work) => {
    this.#meter.watch(this.#matrices()); // an assigned variable has a new handle
    const { value, report } = await this.#meter.measure(work);
    const { ops, operandBytes, readbacks, bytesPeak } = report;
    if (this.#steps <= TOLD_STEP) this.#told = report;
    this.#steps += 1;
    return { value, span: { dispatches: null, ops, storageBytesBound: operandBytes, readbacks, pipelines: null, peakBytes: bytesPeak } };
  };

  peakBytes(): number {
    return this.#meter.report().bytesPeak;
  }

  /** Counts the handles, when all that belongs to the steps of an epoch has been let go. */
  endEpoch(): void {
    this.#handlesAfterEpoch.push(this.#meter.handles());
  }

  /** What was seen. Asks TensorFlow for the type of each variable's handle. */
  facts(): TensorflowFacts {
    const { byOp, castsDown, castsUp, castsOfWatched } = this.#told;
    const products = Object.entries(byOp).filter(([op]) => PRODUCTS.test(op));
    const sum = (key: 'floatInputs' | 'halfInputs'): number => products.reduce((total, [, counts]) => total + counts[key], 0);
    const slots = Object.values(engine().registeredVariables).filter((variable) => !this.#weights.includes(variable));
    return {
      weightTypes: this.#count(this.#weights),
      slotTypes: this.#count(slots),
      handlesAfterEpoch: [...this.#handlesAfterEpoch],
      casts: { down: castsDown, up: castsUp, weights: castsOfWatched },
      weightMatrices: this.#matrices().length,
      products: { floatInputs: sum('floatInputs'), halfInputs: sum('halfInputs') },
    };
  }

  #matrices(): readonly Variable[] {
    return this.#weights.filter(({ rank }) => rank > 1);
  }

  #count(tensors: readonly Tensor[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const type of this.#meter.dataTypes(tensors)) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  }
}
