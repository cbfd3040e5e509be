import type { AssembledKernel } from '../../kernels/assemble.ts';

/** A pipeline and the layout of its one bind group. */
export interface KernelPipeline {
  pipeline: GPUComputePipeline | null;
  readonly layout: GPUBindGroupLayout;
  readonly descriptor: GPUComputePipelineDescriptor;
}

/** Pipelines of one device by the text of their shader. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, KernelPipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The entry for a kernel; compiled when it is first asked for by `ready`, or ahead of that by `compile`. */
  entry({ name, code, bindings }: AssembledKernel): KernelPipeline {
    const types = bindings.join();
    const key = `${types}\n${code}`;
    const known = this.#pipelines.get(key);
    if (known !== undefined) return known;
    const layout = this.#layout(types, bindings);
    const descriptor: GPUComputePipelineDescriptor = {
      label: name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.#device.createShaderModule({ label: name, code }), entryPoint: 'main' },
    };
    const entry: KernelPipeline = { pipeline: null, layout, descriptor };
    this.#pipelines.set(key, entry);
    return entry;
  }

  /** The pipeline, compiled now if it is not yet. */
  ready(entry: KernelPipeline): GPUComputePipeline {
    return (entry.pipeline ??= this.#device.createComputePipeline(entry.descriptor));
  }

  /** Compiles without blocking. Waits for the GPU's compiler. */
  async compile(entry: KernelPipeline): Promise<void> {
    entry.pipeline ??= await this.#device.createComputePipelineAsync(entry.descriptor);
  }

  #layout(types: string, bindings: readonly GPUBufferBindingType[]): GPUBindGroupLayout {
    const known = this.#layouts.get(types);
    if (known !== undefined) return known;
    const COMPUTE = 4; // GPUShaderStage.COMPUTE
    const layout = this.#device.createBindGroupLayout({
      entries: bindings.map((type, binding) => ({ binding, visibility: COMPUTE, buffer: { type } })),
    });
    this.#layouts.set(types, layout);
    return layout;
  }
}
