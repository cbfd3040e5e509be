/** A library on a device that train steps can be measured on. */
export interface BackendInfo {
  /** One line for tables. */
  readonly title: string;
  readonly policies: readonly string[];
  /** Taken where the user names none. */
  readonly defaultPolicy: string;
  /** What counts its work: the meter of WebGPU or of TensorFlow, or nothing. */
  readonly meter: 'webgpu' | 'tensorflow' | null;
  /** Lowest major version of Node that it runs on. */
  readonly node: number;
  /** Models that are written for it; absent means all. */
  readonly models?: readonly string[];
}

/** Facts about each backend, by the name on the command line. */
export const backends = {
  'halftone-webgpu': {
    title: 'Halftone on WebGPU',
    policies: ['float32', 'mixed_float16', 'mixed_bfloat16', 'float16'],
    defaultPolicy: 'mixed_float16',
    meter: 'webgpu',
    node: 20,
  },
  webgpu: { title: 'tfjs on WebGPU', policies: ['float32'], defaultPolicy: 'float32', meter: 'webgpu', node: 20 },
  'jax-js': {
    title: 'jax-js on WebGPU',
    policies: ['float32', 'float16'],
    defaultPolicy: 'float32',
    meter: 'webgpu',
    node: 24,
    models: ['cnn', 'mlp', 'transformer'],
  },
  'halftone-node': {
    title: 'Halftone in TensorFlow',
    policies: ['float32', 'mixed_float16', 'mixed_bfloat16', 'float16'],
    defaultPolicy: 'mixed_float16',
    meter: 'tensorflow',
    node: 20,
  },
  tensorflow: { title: 'tfjs-node', policies: ['float32'], defaultPolicy: 'float32', meter: 'tensorflow', node: 20 },
  cpu: { title: 'tfjs, plain JavaScript', policies: ['float32'], defaultPolicy: 'float32', meter: null, node: 20 },
  wasm: { title: 'tfjs on wasm', policies: ['float32'], defaultPolicy: 'float32', meter: null, node: 20 },
} as const satisfies Record<string, BackendInfo>;

export type BackendName = keyof typeof backends;

/** Whether a backend of that name exists. */
export function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(backends, name);
}

/** The facts of a backend in their common type. */
export function backendInfo(name: BackendName): BackendInfo {
  return backends[name];
}
