import type { DigitData, MembraneData, TextData } from '@halftone/data';
import type { Diagnosis, NodeHandle } from '@halftone/node';
import type { io } from '@tensorflow/tfjs-core';
import type { Finding } from './finding.ts';

export type { Claim, CurvesPicture, Finding, Image, ImagesPicture, Picture, Series } from './finding.ts';

/** How much is done: `full` is the evidence on real data (minutes), `short` what CI runs (under half a minute), `glance` what browsers and pages run on drawn data (seconds). */
export type Length = 'full' | 'short' | 'glance';

/** What carries the halves: WebGPU (in a browser or through Dawn), TensorFlow in Node, or exact rounding without a GPU. */
export type PluginName = 'webgpu' | 'node' | 'emulate';

/** What a plug-in holds, in bytes. The emulated one tells what its tensors would take if halves lay in 16 bits. */
export interface PluginBytes {
  readonly physicalBytes: number;
  /** Since the start, or since the last `resetPeak()`. */
  readonly peakBytes: number;
  /** Part of `physicalBytes` that is kept for reuse. */
  readonly cachedBytes: number;
}

/** A plug-in in use: what `useWebGPU()`, `useNode()` and `useEmulated()` have in common. */
export interface PluginHandle {
  readonly plugin: PluginName;
  readonly backendName: string;
  /** What it runs on, in words. */
  readonly device: string;
  memory(): PluginBytes;
  resetPeak(): void;
  dispose(): void;
  /** What only TensorFlow can tell; absent on other plug-ins. */
  readonly tensorflow?: { readonly handle: NodeHandle; diagnose(): Promise<Diagnosis> };
}

/** What a program asks of its plug-in. */
export interface PluginWishes {
  /** The same bits on every run, as `useWebGPU({ deterministic: true })` gives them. Exact rounding has nothing to set, and TensorFlow no such setting. */
  readonly deterministic?: boolean;
}

/** Where a program keeps what must outlive it. It is empty when a program starts for the first time, and a program that is through clears it. */
export interface LessonStorage {
  /** For `saveCheckpoint` and `restoreCheckpoint`: a folder in Node, `indexeddb://…` in a browser. */
  readonly checkpoint: string;
  /** For `model.save`, `saveHalf`, `tf.loadLayersModel`: files in a folder in Node, `indexeddb://…` in a browser. */
  model(name: string): string | io.IOHandler;
  /** Whether a checkpoint of an earlier visit is there, which the program goes on from. */
  kept(): Promise<boolean>;
  /** Deletes the checkpoint and the models. */
  clear(): Promise<void>;
}

/** How far a program is. */
export interface Progress {
  /** What is being done, for example `float32` or `mixed_float16`: one line of the live curve each. */
  readonly what: string;
  readonly step: number;
  readonly steps: number;
  readonly loss?: number;
  readonly scale?: number;
}

/** What a program gets from whoever runs it: the command in Node, a page, a test. */
export interface Lesson {
  /** Registers the plug-in and makes it current; the program disposes it. May be called again after that. */
  usePlugin(wishes?: PluginWishes): Promise<PluginHandle>;
  /** MNIST, or drawn digits. */
  digits(): Promise<DigitData>;
  /** Electron microscopy of tissue with masks of its membranes, or drawn tissue; crops are the program's. */
  membranes(): Promise<MembraneData>;
  /** Shakespeare's plays, or a made-up play. */
  text(): Promise<TextData>;
  readonly length: Length;
  /** Whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Call `signal.throwIfAborted()` once a step, and dispose what you have in `finally`. */
  readonly signal: AbortSignal;
  readonly storage: LessonStorage;
  progress(report: Progress): void;
}

/** A tutorial's program. */
export interface Program {
  /** That of its file and of its page. */
  readonly name: string;
  readonly title: string;
  /** What it can run on, best first. */
  readonly plugins: readonly PluginName[];
  run(lesson: Lesson): Promise<Finding>;
}
