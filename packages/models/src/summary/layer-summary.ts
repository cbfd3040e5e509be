import type { Precision } from '@halftone/policy';

/** What one layer of a model, or one op of a graph with weights, is made of, and how it is stored and computed. */
export interface LayerSummary {
  /** Names from the model down, joined by `/`. */
  readonly path: string;
  readonly className: string;
  /** The policy of the layer by name, with overrides. */
  readonly policy: string;
  /** In which format matrix products and convolutions of the layer run. */
  readonly compute: Precision;
  /** How the weights lie in memory now; several formats joined by `+`, `-` for a layer without weights. */
  readonly storage: string;
  /** How many numbers the weights have. */
  readonly parameters: number;
  /** How many of them are trained. */
  readonly trainable: number;
  /** Bytes of the weights in stock tfjs. */
  readonly bytesFloat32: number;
  /** Bytes of the weights now. */
  readonly bytesNow: number;
  /** Why something of the layer is float32; empty where nothing is. */
  readonly float32: readonly string[];
}

/** A model layer by layer. */
export interface ModelSummary {
  readonly name: string;
  /** The model's policy, `null` where it is not in mixed precision. */
  readonly policy: string | null;
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly trainable: number;
  readonly bytesFloat32: number;
  readonly bytesNow: number;
  /** Whether `mixedPrecision` made the optimizer scale the loss. */
  readonly lossScaling: boolean;
}
