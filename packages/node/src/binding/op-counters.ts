/** How one TensorFlow op ran, since the start or `resetStatistics()`. */
export interface OpCount {
  /** Calls. */
  readonly runs: number;
  /** Calls that computed in half or bfloat16. */
  readonly halfRuns: number;
  /** Calls that the policy wanted in half and the library cannot compute so: they ran in float32. */
  readonly fallbacks: number;
  /** Float inputs that were 16 bits wide, of all calls. */
  readonly halfInputs: number;
  /** Float inputs of all calls. */
  readonly floatInputs: number;
}

/** What casts cost. */
export interface CastCount {
  /** Casts from float32 to half. */
  readonly down: number;
  /** Casts from half to float32. */
  readonly up: number;
  /** Uses of a cast that was already there. */
  readonly reused: number;
  /** Casts given up because the cache was full. */
  readonly evicted: number;
}

/** Figures of the plug-in's work. */
export interface NodeStatistics {
  readonly ops: Readonly<Record<string, OpCount>>;
  readonly casts: CastCount;
  /** Casts of the last whole step: between the last two ends of an optimizer's step. */
  readonly castsOfLastStep: CastCount;
}

type Counters<T> = { -readonly [Key in keyof T]: T[Key] };
const noCasts: CastCount = { down: 0, up: 0, reused: 0, evicted: 0 };
const noRuns: OpCount = { runs: 0, halfRuns: 0, fallbacks: 0, halfInputs: 0, floatInputs: 0 };

/** Counts what went through the binding. */
export class OpCounters {
  #ops = new Map<string, Counters<OpCount>>();
  readonly casts: Counters<CastCount> = { ...noCasts };
  #atStepStart: CastCount = noCasts;
  #lastStep: CastCount = noCasts;

  count(
    op: string,
    { half, fallback, halfInputs, floatInputs }: Record<'half' | 'fallback', boolean> & Record<'halfInputs' | 'floatInputs', number>,
  ): void {
    const counts = this.#ops.get(op) ?? { ...noRuns };
    this.#ops.set(op, counts);
    counts.runs++;
    if (half) counts.halfRuns++;
    if (fallback) counts.fallbacks++;
    counts.halfInputs += halfInputs;
    counts.floatInputs += floatInputs;
  }

  endStep(): void {
    const { down, up, reused, evicted } = this.casts;
    const start = this.#atStepStart;
    this.#lastStep = { down: down - start.down, up: up - start.up, reused: reused - start.reused, evicted: evicted - start.evicted };
    this.#atStepStart = { ...this.casts };
  }

  reset(): void {
    this.#ops = new Map();
    Object.assign(this.casts, noCasts);
    this.#atStepStart = noCasts;
    this.#lastStep = noCasts;
  }

  statistics(): NodeStatistics {
    const ops = Object.fromEntries([...this.#ops].sort(([a], [b]) => (a < b ? -1 : 1)).map(([op, counts]) => [op, { ...counts }]));
    return { ops, casts: { ...this.casts }, castsOfLastStep: this.#lastStep };
  }
}
