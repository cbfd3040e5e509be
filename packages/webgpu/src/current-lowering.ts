import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HalfPrecision } from '@halftone/policy';
import type { Storage } from '@halftone/autocast';
import type { Program } from './internals.ts';
import type { Codec } from './lowering/index.ts';
import { lower } from './lowering/index.ts';

/** Storage bindings of a shader that hold half numbers, by name. */
export type Bindings = Readonly<Record<string, Codec>>;

/** How this device stores each format and converts; `codecs` is `null` where everything stays float32. */
export interface Conversion {
  readonly codecs: Readonly<Record<HalfPrecision, Codec>> | null;
  readonly narrow: 'hardware' | 'software';
  readonly widen: 'hardware' | 'software';
}

/** Lowers the shaders that tfjs compiles on our device while a program with half bindings is set up. */
export interface Lowering {
  /** Runs `work`; a shader module made in it is lowered for these bindings. */
  during<T>(bindings: Bindings, work: () => T): T;
}

/**
 * Puts the lowering between tfjs and a device of ours. tfjs compiles inside `runWebGPUProgram`, synchronously, so a
 * single current request is enough.
 */
export function installLowering(device: GPUDevice, conversion: Conversion): Lowering {
  const create = device.createShaderModule.bind(device);
  let current: Bindings | null = null;
  device.createShaderModule = (descriptor) => {
    if (current === null) return create(descriptor);
    const { code } = lower(descriptor.code, { bindings: current, options: { narrow: conversion.narrow, widen: conversion.widen } });
    return create({ ...descriptor, code });
  };
  return {
    during: (bindings, work) => {
      current = bindings;
      try {
        return work();
      } finally {
        current = null;
      }
    },
  };
}

/** The bindings of one program that are stored in half, or `null` when all are float32. */
export function bindingsToLower(
  program: Program,
  inputs: readonly TensorInfo[],
  output: TensorInfo,
  codecs: Conversion['codecs'],
  storageOf: (dataId: object) => Storage,
): Bindings | null {
  if (codecs === null) return null;
  const bindings: Record<string, Codec> = {};
  const add = (name: string | undefined, storage: Storage): void => {
    if (name !== undefined && storage !== 'float32') bindings[name] = codecs[storage];
  };
  add('result', storageOf(output.dataId));
  inputs.forEach((input, i) => add(program.variableNames[i], storageOf(input.dataId)));
  return Object.keys(bindings).length === 0 ? null : bindings;
}

/** tfjs's pipeline key starts with the program's own key: adding the bindings there keeps the pipelines apart. */
export function loweringKey(shaderKey: string, bindings: Bindings): string {
  return `${shaderKey}|${Object.entries(bindings)
    .map(([name, codec]) => `${name}:${codec}`)
    .join(',')}`;
}
