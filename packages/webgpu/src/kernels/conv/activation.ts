import type { Port } from '../kernel-source.ts';
import { vectorType } from './conv-shape.ts';

/** What tfjs's fused convolutions do with an element on its way out, by its name there; `v` is the sum, `T` its type. */
const ACTIVATIONS = {
  linear: 'v',
  relu: 'select(v, T(), v < T())',
  relu6: 'select(select(v, T(), v < T()), T(6.0), v > T(6.0))',
  elu: 'select(v, exp(v) - T(1.0), v < T())',
  sigmoid: 'T(1.0) / (T(1.0) + exp(-v))',
  leakyrelu: 'select(v, v * T(params.leak), v < T())',
  prelu: 'select(v, v * slope, v < T())',
} as const;

/** An activation that kernels of ours can fuse. */
export type Activation = keyof typeof ACTIVATIONS;

/** Whether kernels of ours can fuse this activation. Pure. */
export function isActivation(name: string): name is Activation {
  return Object.hasOwn(ACTIVATIONS, name);
}

/** What happens to each sum before it is stored: an optional bias and an activation. */
export interface ConvEnd {
  readonly activation: Activation;
  /** Slope below zero of `leakyrelu`. */
  readonly leak: number;
  /** Number of elements of the bias: one for each output channel, 1, or 0 for none. */
  readonly bias: number;
  /** The same of the slopes of `prelu`. */
  readonly slopes: number;
}

/** No bias and no activation. */
export const PLAIN_END: ConvEnd = { activation: 'linear', leak: 0, bias: 0, slopes: 0 };

/** A part of the key of a recipe. Pure. */
export function endKey({ activation, leak, bias, slopes }: ConvEnd): string {
  return [activation, leak, bias, slopes].join(',');
}

/** The ports that bias and slopes add, `width` channels each unless there is only one number. Pure. */
export function endPorts({ bias, slopes }: ConvEnd, width: 1 | 4): Port[] {
  const port = (name: string, size: number): Port[] =>
    size === 0 ? [] : [{ name, access: 'read', type: 'f32', width: size === 1 ? 1 : width, size }];
  return [...port('bias', bias), ...port('slopes', slopes)];
}

/** `fn finish(sum, channelGroup)`: bias and activation in WGSL. Pure. */
export function finishFunction({ activation, bias, slopes }: ConvEnd, width: 1 | 4): string {
  const type = vectorType(width);
  const read = (name: string, size: number): string => `${type}(load_${name}(${size === 1 ? '0' : 'at'}))`;
  const value = ACTIVATIONS[activation].replaceAll('T(', `${type}(`);
  return `fn finish(sum : ${type}, at : i32) -> ${type} {
  let v = sum${bias === 0 ? '' : ` + ${read('bias', bias)}`};
  ${slopes === 0 ? '' : `let slope = ${read('slopes', slopes)};`}
  return ${value};
}`;
}
