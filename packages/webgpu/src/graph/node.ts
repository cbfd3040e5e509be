import type { DataType } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import type { Program } from '../internals.ts';
import type { KernelRecipe } from '../kernels/kernel-source.ts';
import type { ReduceOp, View } from './record.ts';

/** An operand of an elementwise node: a slot, perhaps through a view, or the node's `scalars[scalar]`. */
export type NodeOperand = { readonly slot: number; readonly view: View | null } | { readonly scalar: number };

/** One elementwise op. */
export interface MapNode {
  readonly kind: 'map';
  readonly op: string;
  readonly shape: readonly number[];
  readonly operands: readonly NodeOperand[];
  readonly inputs: readonly number[];
  readonly outputs: readonly [number];
  /** Numbers of this recording; the plan does not depend on them. */
  readonly scalars: readonly number[];
  /** The slot of what the output was before, where this changes a variable by a flag: it stays so if the graph cannot run. */
  readonly before?: number;
  readonly key: string;
}

/** One reduction. */
export interface ReduceNode {
  readonly kind: 'reduce';
  readonly op: ReduceOp;
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly inputs: readonly [number];
  readonly outputs: readonly [number];
  readonly key: string;
}

/** One kernel of ours that is more than elementwise. */
export interface KernelNode {
  readonly kind: 'kernel';
  readonly recipe: KernelRecipe;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly key: string;
}

/** One program of tfjs's. */
export interface ProgramNode {
  readonly kind: 'program';
  readonly program: Program;
  readonly uniforms: readonly { readonly type: string; readonly data: readonly number[] }[];
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
  readonly outputDtype: DataType;
  readonly inputs: readonly number[];
  readonly outputs: readonly [number];
  /** It goes on from what the slot `updates` holds (atomic sums onto a filled ground); -1 for none. */
  readonly updates: number;
  readonly key: string;
}

export type GraphNode = MapNode | ReduceNode | KernelNode | ProgramNode;

/** What a plan knows of one slot. */
export interface SlotFacts {
  readonly size: number;
  readonly dtype: DataType;
  readonly storage: Storage;
  /** Index of the node that makes it, or -1 where it comes with a buffer from outside. */
  readonly producer: number;
  /** Some tensor refers to it: its numbers must be in a buffer afterwards. */
  readonly live: boolean;
  /** From outside, and not to be written or kept: its buffer belongs to the user. */
  readonly foreign: boolean;
}

/** A recorded graph as the planner sees it: no tensor, no buffer, no number that may change from step to step. */
export interface GraphShape {
  readonly nodes: readonly GraphNode[];
  readonly slots: readonly SlotFacts[];
}

/** The slots whose numbers must be in buffers, or be computed, before a node runs: its inputs, and what it goes on from. */
export function readsOf(node: GraphNode): readonly number[] {
  return node.kind === 'program' && node.updates >= 0 ? [...node.inputs, node.updates] : node.inputs;
}

/** Whether a node is elementwise. */
export function isMap(node: GraphNode | undefined): node is MapNode {
  return node?.kind === 'map';
}
