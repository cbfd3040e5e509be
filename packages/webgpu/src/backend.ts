import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BackendValues, DataType, GPUData, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, util } from '@tensorflow/tfjs-core';
import type { KernelDecision, Storage } from '@halftone/autocast';
import { outputStorage } from '@halftone/autocast';
import type { HalfPrecision } from '@halftone/policy';
import { decode, encode } from '@halftone/float16';
import type { Conversion, Lowering } from './current-lowering.ts';
import { bindingsToLower, loweringKey } from './current-lowering.ts';
import type { FaultBox } from './device/fault.ts';
import { PassTimer } from './device/pass-timer.ts';
import type { BackendInternals, Program } from './internals.ts';
import { internalsOf } from './internals.ts';
import { storageCastProgram } from './kernels/storage-cast.ts';
import { completeShaderKey } from './kernels/shader-key.ts';
import type { DeviceTraits } from './kernels/kernel-source.ts';
import { keepsFloat32Inside } from './kernels/several-programs.ts';
import { LoweringError } from './lowering/index.ts';
import type { DeviceBytes, MemoryLedger } from './memory.ts';
import { keepLedger } from './memory.ts';
import type { ProgramRequest, ProgramUniforms } from './graph/lazy-recorder.ts';
import { ProgramTrials } from './graph/program-trials.ts';
import { LazyRecorder } from './graph/lazy-recorder.ts';
import type { FlushOptions } from './graph/recorder-host.ts';
import type { MapRecorder, MapRequest, Recorder, RecordRequest, ReduceRequest } from './graph/record.ts';
import { slotBytes, STORAGE_USAGE } from './graph/slot-bytes.ts';
import { PipelineCache } from './graph/plan/pipelines.ts';
import { stockCompiler } from './graph/stock-program.ts';
import { hostReadMessage } from './readback.ts';
import { halfBytes } from './storage-data.ts';

type Uniforms = Parameters<WebGPUBackend['runWebGPUProgram']>[3];
type WebGPUTimingInfo = Awaited<ReturnType<WebGPUBackend['time']>>;

/** What the backend is told at its making. */
export interface BackendSetup {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  readonly conversion: Conversion;
  readonly lowering: Lowering;
  readonly fault: FaultBox;
  readonly maxBytes: number;
  readonly traits: DeviceTraits;
  /** Whether kernels are recorded and fused, or run one by one as tfjs does. */
  readonly fusion: boolean;
}

/** Counters of the lowering, for reports. */
export interface LoweringCounters {
  /** Programs that stayed float32 because their shader was not understood, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
}

/** tfjs's WebGPU backend with half storage underneath. */
export interface HalfBackend extends WebGPUBackend, Recorder, MapRecorder {
  /** The decision of the kernel that runs now; `null` outside of kernels. */
  decision: KernelDecision | null;
  readonly ledger: MemoryLedger;
  readonly counters: LoweringCounters;
  storageOf(dataId: object): Storage;
  toStorage(input: TensorInfo, storage: Storage): TensorInfo;
  fromBits(bits: Uint16Array, shape: readonly number[], format: HalfPrecision): TensorInfo;
  widen(dataId: object): void;
  hostScalar(dataId: object): number | undefined;
  /** What is recorded and not yet run; `null` where kernels run one by one. */
  readonly lazy: LazyRecorder | null;
  /** What kernels choose their tiles by. */
  readonly traits: DeviceTraits;
  /** Runs what waits. */
  flush(options?: { readonly submit?: boolean }): void;
}

const FILLS: readonly string[] = ['Fill', 'ZerosLike', 'OnesLike'];

/**
 * Makes the backend class from the module that holds tfjs's own; it is handed in because importing that module
 * registers a backend.
 */
export function createHalfBackend(Base: typeof WebGPUBackend, setup: BackendSetup): HalfBackend {
  class HalfWebGPUBackend extends Base implements HalfBackend {
    decision: KernelDecision | null = null;
    isGone = false;
    readonly traits: DeviceTraits = setup.traits;
    readonly ledger: MemoryLedger;
    readonly refused = new Map<string, string>();
    readonly counters: LoweringCounters = { refused: this.refused };

    constructor() {
      super(setup.device, setup.info);
      this.ledger = keepLedger(this, { maxBytes: setup.maxBytes, onExhausted: (error) => setup.fault.set(error) });
    }

    readonly #timer = new PassTimer({ device: setup.device, encoder: () => this.#encoder(), submit: () => this.submitQueue() });
    readonly #compile = stockCompiler(this, {
      run: Base.prototype.runWebGPUProgram,
      lowering: setup.lowering,
      conversion: setup.conversion,
    });
    readonly #trials = new ProgramTrials(this, { compile: this.#compile, refused: this.refused });
    readonly lazy: LazyRecorder | null = setup.fusion ? new LazyRecorder(this.#host()) : null;

    #host(): ConstructorParameters<typeof LazyRecorder>[0] {
      const uniform = 0x40 | 0x8; // GPUBufferUsage.UNIFORM | COPY_DST
      return {
        device: setup.device,
        traits: setup.traits,
        conversion: setup.conversion,
        pipelines: new PipelineCache(setup.device),
        compileProgram: this.#compile,
        dataOf: (dataId) => this.inner.tensorMap.get(dataId),
        allocate: (shape, dtype, storage) =>
          this.allocate([...shape], dtype, storage ?? this.storageFor({ outputShape: [...shape], shaderKey: '' }, dtype)),
        upload: (dataId) => this.uploadToGPU(dataId),
        submit: () => this.submitQueue(),
        trim: () => void this.ledger.trim(),
        age: (runs) => this.ledger.age(runs),
        expect: (bytes, what) => this.expectBytes(bytes, what),
        acquire: (bytes, preferred, what) => {
          this.ledger.announce(what, preferred);
          return this.bufferManager.acquireBuffer(bytes, STORAGE_USAGE);
        },
        release: (buffer) => this.bufferManager.releaseBuffer(buffer),
        acquireUniform: (bytes) => this.ledger.acquireCached(bytes, uniform),
        releaseUniform: (buffer) => this.ledger.releaseCached(buffer),
        encoder: () => this.#timer.encoder(this.#encoder()),
      };
    }

    #encoder(): GPUCommandEncoder {
      this.ensureCommandEncoderReady();
      this.endComputePassEncoder();
      return this.inner.commandEncoder as GPUCommandEncoder;
    }

    record(request: RecordRequest): TensorInfo[] {
      setup.fault.check();
      return this.fusing().record(request);
    }

    recordMap(request: MapRequest): TensorInfo {
      setup.fault.check();
      return this.fusing().recordMap(request);
    }

    recordReduce(request: ReduceRequest): TensorInfo {
      setup.fault.check();
      return this.fusing().recordReduce(request);
    }

    fusing(): LazyRecorder {
      if (this.lazy === null) throw new Error("[webgpu] recording kernels needs fusion, got fusion: 'off'. Leave the option out.");
      return this.lazy;
    }

    /** Runs what waits; called before anything looks at buffers. */
    flush(options?: FlushOptions): void {
      if (this.lazy === null) return;
      setup.fault.check();
      this.outsideKernels(() => this.lazy?.flush(options));
    }

    get inner(): BackendInternals {
      return internalsOf(this);
    }

    storageOf(dataId: object): Storage {
      return this.inner.tensorMap.has(dataId) ? (this.inner.tensorMap.get(dataId).storage ?? 'float32') : 'float32';
    }

    hostScalar(dataId: object): number | undefined {
      if (!this.inner.tensorMap.has(dataId)) return undefined;
      const value = this.inner.tensorMap.get(dataId).values?.[0];
      return typeof value === 'number' ? value : undefined;
    }

    /** An output without data yet, with its storage decided. */
    allocate(shape: number[], dtype: DataType, storage: Storage): TensorInfo {
      if (this.lazy !== null)
        this.expectBytes(slotBytes({ size: util.sizeFromShape(shape), storage }), () => `the output of ${this.#now} [${shape.join(', ')}]`);
      const info = this.makeTensorInfo(shape, dtype);
      if (storage !== 'float32') this.inner.tensorMap.get(info.dataId).storage = storage;
      return info;
    }

    /** The kernel that runs now, for messages. */
    get #now(): string {
      return this.decision?.kernelName ?? 'a conversion';
    }

    /** Says at the op that asks for it that there can be no room. Whether all that waits finds room is known when it runs. */
    expectBytes(bytes: number, what: () => string): void {
      this.ledger.expect(bytes, what, () => {
        this.flush();
        this.ledger.trim();
      });
    }

    toStorage(input: TensorInfo, storage: Storage): TensorInfo {
      if (this.lazy !== null)
        return this.recordMap({ op: 'copy', operands: [{ input }], output: { shape: input.shape, dtype: 'float32', storage } });
      const output = this.allocate(input.shape, 'float32', storage);
      return this.outsideKernels(() => this.runWebGPUProgram(storageCastProgram(input.shape), [input], 'float32', undefined, output));
    }

    fromBits(bits: Uint16Array, shape: readonly number[], format: HalfPrecision): TensorInfo {
      setup.fault.check();
      const output = this.allocate([...shape], 'float32', format);
      const bytes = halfBytes(bits.length);
      if (bytes === 0) return output;
      const buffer = this.bufferManager.acquireBuffer(bytes, STORAGE_USAGE);
      const even = new Uint16Array(bytes / 2);
      even.set(bits);
      this.queue.writeBuffer(buffer, 0, even);
      this.inner.tensorMap.get(output.dataId).resource = buffer;
      return output;
    }

    widen(dataId: object): void {
      const { tensorMap } = this.inner;
      const data = tensorMap.get(dataId);
      if (data.storage === undefined) return;
      if (this.lazy?.isPending(data) === true) return this.lazy.widen({ dataId, shape: data.shape, dtype: 'float32' });
      if (data.resource === undefined || data.resource === null) {
        data.storage = undefined;
        return;
      }
      const wide = this.toStorage({ dataId, shape: data.shape, dtype: 'float32' }, 'float32');
      this.flush();
      const wideData = tensorMap.get(wide.dataId);
      [data.resource, wideData.resource] = [wideData.resource, data.resource]; // the old buffer goes back with the temporary
      data.storage = undefined;
      this.disposeData(wide.dataId);
    }

    override uploadToGPU(dataId: object): void {
      const data = this.inner.tensorMap.get(dataId);
      if (data.resource !== undefined && data.resource !== null) return;
      const size = util.sizeFromShape(data.shape);
      if (data.storage === undefined) {
        if (this.lazy === null || data.values === null || data.values === undefined || data.dtype === 'string')
          return super.uploadToGPU(dataId);
        const wide = this.bufferManager.acquireBuffer(size * 4, STORAGE_USAGE);
        this.queue.writeBuffer(wide, 0, data.dtype === 'float32' ? asArray(Float32Array, data.values) : asArray(Int32Array, data.values));
        data.values = null;
        data.resource = wide;
        return;
      }
      const bytes = halfBytes(size);
      const buffer = this.bufferManager.acquireBuffer(bytes, STORAGE_USAGE);
      if (data.values !== null && data.values !== undefined) {
        const bits = new Uint16Array(bytes / 2);
        encode(data.values as Float32Array, data.storage, { out: bits.subarray(0, size) });
        this.queue.writeBuffer(buffer, 0, bits);
        data.values = null;
      }
      data.resource = buffer;
    }

    override runWebGPUProgram(
      program: Program,
      inputs: TensorInfo[],
      outputDtype: DataType,
      uniforms?: Uniforms,
      output?: TensorInfo,
    ): TensorInfo {
      setup.fault.check();
      completeShaderKey(program);
      if (program.pixelsOpType !== undefined && program.pixelsOpType !== null) {
        for (const input of inputs) if (this.storageOf(input.dataId) !== 'float32') this.widen(input.dataId);
        this.flush();
        return super.runWebGPUProgram(program, inputs, outputDtype, uniforms, output);
      }
      const target = output ?? this.allocate(program.outputShape, outputDtype, this.storageFor(program, outputDtype));
      if (program.atomic === true) this.widen(target.dataId);
      if (this.lazy !== null && util.sizeFromShape(target.shape) > 0)
        return this.#recordProgram(this.lazy, { program, inputs, output: target, uniforms: (uniforms ?? []) as ProgramUniforms });
      const bindings = bindingsToLower(program, inputs, target, setup.conversion.codecs, (dataId) => this.storageOf(dataId));
      if (bindings === null) return super.runWebGPUProgram(program, inputs, outputDtype, uniforms, target);
      const plainKey = program.shaderKey;
      const key = loweringKey(plainKey, bindings);
      if (!this.refused.has(key)) {
        program.shaderKey = key;
        try {
          return setup.lowering.during(bindings, () => super.runWebGPUProgram(program, inputs, outputDtype, uniforms, target));
        } catch (error) {
          if (!(error instanceof LoweringError)) throw error;
          this.refused.set(key, error.message);
          program.shaderKey = plainKey;
        }
      }
      for (const info of [...inputs, target]) this.makeFloat32(info.dataId, info === target && output === undefined);
      return super.runWebGPUProgram(program, inputs, outputDtype, uniforms, target);
    }

    /** A program whose shader cannot be lowered takes float32 copies of its half inputs and makes float32. */
    #recordProgram(lazy: LazyRecorder, request: ProgramRequest): TensorInfo {
      const { program, inputs, output, uniforms } = request;
      const bindings = bindingsToLower(program, inputs, output, setup.conversion.codecs, (dataId) => this.storageOf(dataId));
      if (bindings === null || this.#trials.passes(request, loweringKey(program.shaderKey, bindings))) return lazy.recordProgram(request);
      const wide = inputs.map((input) => (this.storageOf(input.dataId) === 'float32' ? input : this.toStorage(input, 'float32')));
      this.widen(output.dataId);
      lazy.recordProgram({ program, inputs: wide, output, uniforms });
      for (const [index, { dataId }] of wide.entries()) if (dataId !== inputs[index]?.dataId) this.disposeData(dataId);
      return output;
    }

    /** The storage of a program's output inside the running kernel. */
    storageFor(program: Pick<Program, 'outputShape' | 'shaderKey' | 'atomic'>, dtype: DataType): Storage {
      const { decision } = this;
      if (dtype !== 'float32' || decision === null || program.atomic === true || setup.conversion.codecs === null) return 'float32';
      if (!decision.forced && keepsFloat32Inside(decision)) return 'float32';
      if (program.shaderKey === 'fill' && !FILLS.includes(decision.kernelName)) return 'float32'; // the ground for atomic sums
      return outputStorage(decision, util.sizeFromShape(program.outputShape));
    }

    /** Small host-resident inputs are computed on the host, in float32; not where everything is to be half. */
    override shouldExecuteOnCPU(inputs: TensorInfo[], sizeThreshold?: number): boolean {
      const { tensorMap } = this.inner;
      if (inputs.some(({ dataId }) => tensorMap.get(dataId).values === null || tensorMap.get(dataId).values === undefined)) return false;
      return this.decision?.forced !== true && super.shouldExecuteOnCPU(inputs, sizeThreshold);
    }

    /** Float32 in place; an output that holds nothing yet only changes its mind. */
    makeFloat32(dataId: object, empty: boolean): void {
      const data = this.inner.tensorMap.get(dataId);
      if (data.storage === undefined) return;
      if (!empty) return this.widen(dataId);
      this.inner.releaseResource(dataId);
      data.storage = undefined;
    }

    outsideKernels<T>(work: () => T): T {
      const { decision } = this;
      this.decision = null;
      try {
        return work();
      } finally {
        this.decision = decision;
      }
    }

    /** Times what `work` asks for, be it in use afterwards or not; what waited before is not its. */
    override async time(work: () => void): Promise<WebGPUTimingInfo> {
      if (this.lazy === null) return super.time(work);
      this.flush();
      let ours = Promise.resolve(0);
      const info = await super.time(() => {
        this.#timer.start();
        try {
          work();
          this.flush({ unread: true });
        } finally {
          ours = this.#timer.stop();
        }
      });
      const ms = await ours;
      const words = [info.getExtraProfileInfo?.() ?? '', ms > 0 ? `fused: ${ms}` : ''];
      const others = typeof info.kernelMs === 'number' ? info.kernelMs : 0;
      return { ...info, kernelMs: others + ms, getExtraProfileInfo: () => words.filter((word) => word !== '').join(', ') };
    }

    override async read(dataId: object): Promise<BackendValues> {
      const { tensorMap } = this.inner;
      const data = tensorMap.has(dataId) ? tensorMap.get(dataId) : undefined;
      if (data?.values !== null && data?.values !== undefined) return data.values;
      setup.fault.check();
      if (data?.failure !== undefined) throw data.failure;
      if (data !== undefined && this.lazy?.isPending(data) === true) this.flush({ submit: false });
      this.ledger.announce(() => `a copy of [${data?.shape.join(', ') ?? ''}] for the host`);
      try {
        if (data?.storage === undefined || data.dtype !== 'float32') {
          const values = await super.read(dataId);
          setup.fault.check(); // what was refused meanwhile has left zeros
          return values;
        }
        const { storage, shape } = data;
        const bytes = await this.getBufferData(data.resource as GPUBuffer);
        setup.fault.check();
        const values = decode(new Uint16Array(bytes, 0, util.sizeFromShape(shape)), storage);
        if (tensorMap.has(dataId)) this.inner.convertAndCacheOnCPU(dataId, values);
        return values;
      } catch (error) {
        await setup.fault.explain();
        throw error;
      }
    }

    override readSync(dataId: object): BackendValues {
      const data = this.inner.tensorMap.get(dataId);
      if (data.values !== null && data.values !== undefined) return data.values;
      setup.fault.check();
      if (data.dtype !== 'complex64' && typeof OffscreenCanvas === 'undefined') throw new Error(hostReadMessage(this.decision?.kernelName));
      if (data.failure !== undefined) throw data.failure;
      this.outsideKernels(() => this.widen(dataId));
      this.flush();
      return super.readSync(dataId);
    }

    override readToGPU(dataId: object): GPUData {
      setup.fault.check();
      const data = this.inner.tensorMap.get(dataId);
      if (data.failure !== undefined) throw data.failure;
      this.flush();
      if (data.storage === undefined || data.resource === undefined || data.resource === null) return super.readToGPU(dataId);
      const wide = this.toStorage({ dataId, shape: data.shape, dtype: 'float32' }, 'float32');
      this.flush({ submit: false });
      this.endComputePassEncoder();
      this.submitQueue();
      const { resource } = this.inner.tensorMap.get(wide.dataId);
      return { tensorRef: engine().makeTensorFromTensorInfo(wide), buffer: resource as GPUBuffer };
    }

    /** Data that waiting work reads or makes keeps its buffer until that work has run. */
    override disposeData(dataId: object, force = false): boolean {
      const { tensorMap } = this.inner;
      const data = tensorMap.has(dataId) ? tensorMap.get(dataId) : undefined;
      if (this.isGone && data !== undefined) {
        data.refCount = force ? 0 : data.refCount - 1; // its buffers went with the device, and in Node the WebGPU classes too
        return data.refCount > 0 ? false : tensorMap.delete(dataId);
      }
      if (data === undefined || this.lazy === null || !this.lazy.holds(data)) return super.disposeData(dataId, force);
      data.refCount = force ? 0 : data.refCount - 1;
      if (data.refCount > 0) return false;
      this.lazy.drop(data);
      tensorMap.delete(dataId);
      return true;
    }

    override dispose(): void {
      this.isGone = true;
      this.lazy?.dispose();
      super.dispose();
    }

    override memory(): ReturnType<WebGPUBackend['memory']> & DeviceBytes {
      this.flush();
      const bytes = this.ledger.bytes();
      return { ...super.memory(), numBytesInGPU: bytes.physicalBytes, ...bytes };
    }
  }
  return new HalfWebGPUBackend();
}

/** Host values as the device wants them, copied only where they are of another kind. */
function asArray<T extends Float32Array | Int32Array>(
  Kind: { from(values: ArrayLike<number>): T; new (length: number): T },
  values: BackendValues,
): T {
  return values instanceof Kind ? values : Kind.from(values as unknown as ArrayLike<number>);
}
