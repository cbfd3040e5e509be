// What the set-ups need of the packages under test. This package depends on none of them; the bundle finds them next door.
declare module '@halftone/autocast' {
  export function setDefaultPolicy(policy: 'float32' | 'float16' | 'bfloat16'): () => void;
}

declare module '@halftone/webgpu' {
  export function registerWebGPU(options: {
    readonly codec?: 'f16' | 'packed-f16';
    readonly fusion?: 'on' | 'off';
  }): Promise<{ readonly backendName: string; dispose(): void }>;
}

declare module '@halftone/emulate' {
  export function registerEmulated(options: { readonly base: 'cpu' | 'wasm' }): Promise<{ readonly backendName: string }>;
}

declare module '@halftone/node' {
  export function registerNode(): Promise<{ readonly backendName: string }>;
}

declare module '@tensorflow/tfjs-node' {}

/** Set by the bundler: how the specs are run. */
declare const CONFORMANCE_MODE: 'float32' | 'f16' | 'packed-f16' | 'bfloat16';
declare const CONFORMANCE_BASE: 'cpu' | 'wasm';
declare const CONFORMANCE_FUSION: 'on' | 'off';
declare const WASM_FOLDER: string;
