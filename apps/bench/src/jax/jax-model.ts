import type { numpy } from '@jax-js/jax';
import type { HostArray } from '../models/host-array.ts';

export type JaxArray = numpy.Array;

/** Arrays by name. jax-js counts references: what takes an array uses it up, `.ref` lends it once more. */
export type JaxArrays = Readonly<Record<string, JaxArray>>;

/** A model as plain functions for jax-js. */
export interface JaxModel {
  readonly weights: Readonly<Record<string, HostArray>>;
  /** Uploads what the loss is computed of besides the weights. */
  readonly data: () => JaxArrays;
  /**
   * The loss times `scale`, uses its arguments up.
   *
   * Everything has the number format of the weights: jax-js 0.1.25 has no gradient of a cast, so nothing may be cast inside.
   */
  readonly loss: (weights: JaxArrays, data: JaxArrays, scale: number) => JaxArray;
}
