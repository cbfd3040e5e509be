import type * as TensorFlow from '@tensorflow/tfjs-core';

/** What the suite needs of `@halftone/autocast`; this package does not depend on it. */
export interface AutocastModule {
  autocast<T>(policy: string, fn: () => T): T;
  fullPrecision<T>(fn: () => T): T;
  setDefaultPolicy(policy: string): () => void;
  storageOf(tensor: TensorFlow.Tensor): string;
  toStorage<T extends TensorFlow.Tensor>(tensor: T, storage: 'float32' | 'float16' | 'bfloat16'): T;
  pluginFor(backendName: string): { readonly formats: readonly string[] } | undefined;
}

/** What a plug-in hands in to be tested. */
export interface PluginSuiteOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Registers the plug-in; it is registered again after `dispose()`. */
  readonly register: () => Promise<{ readonly backendName: string; dispose(): void }>;
  readonly format: 'float16' | 'bfloat16';
  /** The copy of TensorFlow.js that the plug-in uses, with its gradients registered (import `@tensorflow/tfjs-layers` or `@tensorflow/tfjs`). */
  readonly tf: typeof TensorFlow;
  readonly autocast: AutocastModule;
  /**
   * Whether `dataSync()` reads what the device computed (default), or throws and names `data()`. `canvas` skips what needs it: a page reads a
   * GPU by a canvas, at which a browser without a window may lose the device.
   */
  readonly dataSync?: 'reads' | 'throws' | 'canvas';
  /** Whether a reshape shows the same data (default), or is an op with a result of its own. */
  readonly reshape?: 'shares' | 'computes';
  /** Whether the plug-in brings its backend (default), or works inside a stock one that stays registered without it. */
  readonly backend?: 'own' | 'stock';
  /** A backend to move tensors to, `cpu` unless set; it has to be registered. */
  readonly otherBackend?: string;
}
