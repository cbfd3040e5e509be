import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';

/** One variable of a step with its gradient, or `null` where the loss does not depend on it. */
export interface NamedGradient {
  readonly name: string;
  readonly tensor: Tensor | null;
}

/** A gradient that is there. */
export interface PresentGradient extends NamedGradient {
  readonly tensor: Tensor;
}

/** The two forms that tfjs accepts for gradients. */
export type GradientInput = NamedTensorMap | readonly { readonly name: string; readonly tensor: Tensor | null | undefined }[];

/** One order for both forms: tfjs's optimizers keep their slots by position, so none may be dropped or moved. */
export function gradientList(gradients: GradientInput): NamedGradient[] {
  const entries = Array.isArray(gradients)
    ? gradients.map(({ name, tensor }: { name: string; tensor: Tensor | null | undefined }) => [name, tensor] as const)
    : Object.entries(gradients as Readonly<Record<string, Tensor | null | undefined>>);
  return entries.map(([name, tensor]) => ({ name, tensor: tensor ?? null }));
}

/** Those that have a gradient, in the same order. */
export function presentGradients(list: readonly NamedGradient[]): PresentGradient[] {
  return list.filter((entry): entry is PresentGradient => entry.tensor !== null);
}

/** The same list with other tensors for the present ones. */
export function withTensors(list: readonly NamedGradient[], tensors: readonly Tensor[]): NamedGradient[] {
  let next = 0;
  return list.map(({ name, tensor }) => ({ name, tensor: tensor === null ? null : (tensors[next++] ?? null) }));
}

/** A map by variable name, absent ones included, as `tf.variableGrads` gives them. */
export function gradientMap(list: readonly NamedGradient[]): NamedTensorMap {
  return Object.fromEntries(list.map(({ name, tensor }) => [name, tensor as Tensor]));
}
