import { util } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../backend.ts';
import { internalsOf } from '../internals.ts';
import { LoweringError } from '../lowering/index.ts';
import type { ProgramRequest } from './lazy-recorder.ts';
import type { SlotFacts } from './node.ts';
import type { PlanDevice } from './plan/build-plan.ts';

interface TrialOptions {
  readonly compile: PlanDevice['compileProgram'];
  /** Gets the programs that are refused, with the reason. */
  readonly refused: Map<string, string>;
}

/**
 * Finds out whether the shader of a program of tfjs's can be lowered, when it is first recorded with these storages: a plan
 * could not go back any more. It is compiled for that, which its plan would do later.
 */
export class ProgramTrials {
  readonly #backend: HalfBackend;
  readonly #options: TrialOptions;
  readonly #passed = new Set<string>();

  constructor(backend: HalfBackend, options: TrialOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /** @param key - of the program with its storages */
  passes(request: ProgramRequest, key: string): boolean {
    if (this.#passed.has(key)) return true;
    if (this.#options.refused.has(key)) return false;
    try {
      this.#compile(request, key);
    } catch (error) {
      if (!(error instanceof LoweringError)) throw error;
      this.#options.refused.set(key, error.message);
      return false;
    }
    this.#passed.add(key);
    return true;
  }

  #compile({ program, inputs, output, uniforms }: ProgramRequest, key: string): void {
    const { tensorMap } = internalsOf(this.#backend);
    const slots = [...inputs, output].map(({ dataId, shape }): SlotFacts => {
      const size = util.sizeFromShape(shape);
      return {
        size,
        dtype: tensorMap.get(dataId).dtype,
        storage: this.#backend.storageOf(dataId),
        producer: -1,
        live: true,
        foreign: false,
      };
    });
    this.#options.compile(
      {
        kind: 'program',
        program,
        uniforms,
        inputShapes: inputs.map(({ shape }) => shape),
        outputShape: output.shape,
        outputDtype: output.dtype,
        inputs: inputs.map((_, index) => index),
        outputs: [inputs.length],
        updates: -1,
        key,
      },
      { nodes: [], slots },
    );
  }
}
