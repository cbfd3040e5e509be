import type { StorageBinding } from './storage-binding.ts';

/** `NAME[index]` as a value; numbers are indices of tokens. */
export interface Load {
  readonly kind: 'load';
  readonly binding: StorageBinding;
  readonly name: number;
  readonly open: number;
  readonly close: number;
  /** Not inside the brackets of another index: the value of an expression, or the target of an assignment. */
  readonly direct: boolean;
}

/** `NAME[index] = value`, or with an operator such as `+=`. */
export interface Store {
  readonly kind: 'store' | 'update';
  readonly binding: StorageBinding;
  readonly name: number;
  readonly open: number;
  readonly close: number;
  readonly operator: number;
  /** The token behind the value: a semicolon, or the parenthesis that closes the header of a loop. */
  readonly end: number;
}

export type Access = Load | Store;
