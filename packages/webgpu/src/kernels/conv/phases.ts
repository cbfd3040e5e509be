import type { ConvShape } from './conv-shape.ts';

/** How the pixels of an input gradient are counted: phase by phase, and in each of them as if there were no stride. */
export interface Phases {
  readonly phases: number;
  /** Pixels of one phase, those beyond the edge of the image included. */
  readonly rows: number;
  readonly params: Readonly<Record<'rows' | 'phaseHeight' | 'phaseWidth' | 'tapStepY' | 'tapStepX', number>>;
}

/** Pure. */
export function phaseParams(shape: ConvShape): Phases {
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = shape;
  const [phaseHeight, phaseWidth] = [Math.ceil(shape.inHeight / strideHeight), Math.ceil(shape.inWidth / strideWidth)];
  const rows = shape.batch * phaseHeight * phaseWidth;
  const tapStepY = strideHeight / greatestDivisor(strideHeight, dilationHeight);
  const tapStepX = strideWidth / greatestDivisor(strideWidth, dilationWidth);
  return { phases: strideHeight * strideWidth, rows, params: { rows, phaseHeight, phaseWidth, tapStepY, tapStepX } };
}

/**
 * WGSL that finds `firstY` (or X): the first tap which pixels of this phase meet. Taps repeat with `tapStepY`; if none of
 * one period fits, none does. Pure.
 */
export function tapStart(axis: 'X' | 'Y', dimension: 'Height' | 'Width', side: 'Top' | 'Left'): string {
  const distance = `(phase${axis} + params.pad${side} - first${axis} * params.dilation${dimension})`;
  return `var first${axis} = 0;
  while (first${axis} < params.tapStep${axis} && ${distance} % params.stride${dimension} != 0) { first${axis}++; }
  if (first${axis} == params.tapStep${axis}) { first${axis} = params.filter${dimension}; }`;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
