import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { OutputFacts, RecordRequest } from '../graph/record.ts';
import type { KernelRecipe, KernelSource, Port } from '../kernels/kernel-source.ts';

type PortFormat = Pick<Port, 'name' | 'width'> & { readonly type?: Port['type'] };

/** Gathers the tensors of one dispatch: what it reads, what it makes, what it changes in place, and a port for each. */
export class Ports {
  readonly #reads: TensorInfo[] = [];
  readonly #changed: TensorInfo[] = [];
  readonly #outputs: OutputFacts[] = [];
  readonly #updates: [output: number, changed: number][] = [];
  readonly #readPorts: Port[] = [];
  readonly #outputPorts: Port[] = [];

  read(info: TensorInfo, { name, width, type = 'f32' }: PortFormat): void {
    this.#reads.push(info);
    this.#readPorts.push({ name, access: 'read', type, width, size: sizeOf(info) });
  }

  /** Returns the position of the new tensor among the results. */
  write(output: OutputFacts, { name, width, type = 'f32' }: PortFormat): number {
    this.#outputPorts.push({ name, access: 'write', type, width, size: util.sizeFromShape([...output.shape]) });
    return this.#outputs.push(output) - 1;
  }

  /** As `write`, for a tensor that goes on from what `info` holds. */
  update(info: TensorInfo, { name, width, type = 'f32' }: PortFormat): number {
    this.#updates.push([this.#outputs.length, this.#changed.length]);
    this.#changed.push(info);
    this.#outputPorts.push({ name, access: 'update', type, width, size: sizeOf(info) });
    return this.#outputs.push({ shape: info.shape, dtype: info.dtype, storage: 'float32' }) - 1;
  }

  /** The request for a recorder. `source` lacks only the ports; it is asked for when the kernel is new, not in every step. */
  request(key: string, source: () => Omit<KernelSource, 'ports'>, scalars: Readonly<Record<string, number>> = {}): RecordRequest {
    const ports = [...this.#readPorts, ...this.#outputPorts];
    const updates = this.#updates.map(([output, changed]) => [output, this.#reads.length + changed] as const);
    const recipe: KernelRecipe = {
      key: `${key}|${ports.map(({ name, access, size }) => `${name}${access[0]}${size}`).join()}`,
      build: () => ({ ...source(), ports }),
      scalars,
      ...(updates.length === 0 ? {} : { updates }),
    };
    return { recipe, inputs: [...this.#reads, ...this.#changed], outputs: this.#outputs };
  }
}

/** Number of elements. */
export function sizeOf(info: TensorInfo): number {
  return util.sizeFromShape(info.shape);
}
