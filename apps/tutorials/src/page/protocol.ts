import type { Length, Progress } from '../lesson.ts';
import type { Outcome } from '../run-program.ts';

/** What the page asks of its worker, which runs one program and is then done with. */
export type Order =
  | { readonly kind: 'run'; readonly name: string; readonly length: Length; readonly seed: number; readonly anew: boolean }
  | { readonly kind: 'stop' };

/** What the worker tells. */
export type News =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string };
