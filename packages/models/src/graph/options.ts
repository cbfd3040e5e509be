/** How `mixedPrecision` treats a Graph model. */
export interface GraphPrecisionOptions {
  /** Whether weights lie in half while the model is wrapped; `true` unless set. What does not fit stays float32 and is named by `summary`. */
  readonly halfWeights?: boolean;
  /** Whether the first inputs are looked at for a range that the model was not made for; `true` unless set. */
  readonly checkRange?: boolean;
}

const NAMES = ['halfWeights', 'checkRange'] as const;

/** Refuses what cannot be meant before anything is changed. */
export function checkGraphOptions(options: GraphPrecisionOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `[models] options must be an object, got ${options === null ? 'null' : typeof options}. Leave them out for the defaults.`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (!NAMES.includes(name as (typeof NAMES)[number])) {
      throw new RangeError(
        `[models] a Graph model has the options ${NAMES.join(' and ')}, got ${name}. Graph models do not train: leave it out, or pass the policy before the options.`,
      );
    }
    if (value !== undefined && typeof value !== 'boolean') {
      throw new TypeError(`[models] ${name} must be true or false, got ${String(value)}. Leave it out for true.`);
    }
  }
}
