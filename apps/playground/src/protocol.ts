import type { Judgement, RunHistory, StepRecord } from './state/records.ts';
import type { PolicyName, Settings } from './state/settings.ts';

/** Pictures of classes, decoded; they go to the worker and nowhere else. */
export interface ImageClasses {
  /** Pixels along one edge. */
  readonly side: number;
  /** Red, green and blue of each pixel from 0 to 1, picture by picture. */
  readonly pixels: Float32Array<ArrayBuffer>;
  /** The class of each picture. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Names of the folders; a label is an index of this list. */
  readonly classes: readonly string[];
}

/** What trains, in words and as data for the report. */
export interface DeviceReport {
  readonly kind: 'webgpu' | 'emulate';
  readonly description: string;
  /** How float16 is stored: `f16`, `packed-f16`, or `emulated`. */
  readonly codec: string;
  /** A program on the CPU: right numbers, and times that say nothing about a GPU. */
  readonly isCpu: boolean;
  /** Why there is no WebGPU, where there is none. */
  readonly why: string | null;
}

/** What the page asks of the worker. A worker trains once: `start` comes first and once. */
export type ToWorker =
  | {
      readonly kind: 'start';
      readonly settings: Settings;
      readonly images: ImageClasses | null;
      /** Whether to go on from the checkpoint that this browser holds. */
      readonly resume: boolean;
      /** URL of the folder with tfjs's wasm binaries, for browsers without WebGPU; the slower cpu kernels without it. */
    }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'stop' }
  /** Destroys the GPU devices, as a driver that crashes does. */
  | { readonly kind: 'loseDevice' }
  | { readonly kind: 'saveHalf' };

/** A file that a visitor can save. */
export interface MadeFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The files of a model, what halving did to the bytes of its weights, and which of its layers plain tfjs does not know. */
export interface HalfFiles {
  readonly files: readonly MadeFile[];
  readonly bytes: number;
  readonly bytesBefore: number;
  readonly ownLayers: readonly string[];
}

/** What the worker tells the page. */
export type FromWorker =
  | { readonly kind: 'preparing'; readonly what: string }
  | {
      readonly kind: 'ready';
      readonly device: DeviceReport;
      readonly versions: Readonly<Record<string, string>>;
      readonly source: string;
      readonly parameters: number;
      /** Those of a checkpoint have their records. */
      readonly runs: readonly RunHistory[];
    }
  | { readonly kind: 'step'; readonly policy: PolicyName; readonly record: StepRecord }
  | { readonly kind: 'saved'; readonly step: number; readonly bytes: number; readonly savedAt: string }
  /** No checkpoint could be kept; the training goes on. */
  | { readonly kind: 'unsaved'; readonly message: string }
  | { readonly kind: 'judged'; readonly policy: PolicyName; readonly heldOut: Judgement }
  | { readonly kind: 'paused' }
  | { readonly kind: 'training' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'done' }
  /** The model could not be made into files; all else is as it was. */
  | { readonly kind: 'halfFailed'; readonly message: string }
  | ({ readonly kind: 'half' } & HalfFiles)
  | { readonly kind: 'lost'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };
