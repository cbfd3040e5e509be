import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Codec } from '../../src/lowering/index.ts';

/** A shader as stock tfjs emits it: the program's class, the op that ran it, the WGSL. */
export interface Shader {
  readonly label: string;
  readonly op: string;
  readonly code: string;
}

/** The shaders that `dump.mjs` recorded. */
export function readShaders(): Shader[] {
  return JSON.parse(gunzipSync(readFileSync(new URL('shaders.json.gz', import.meta.url))).toString()) as Shader[];
}

/** All storage bindings of floats, each with this codec: what the backend asks for when everything is half. */
export function floatBindings({ code }: Shader, codec: Codec): Record<string, Codec> {
  const declared = [...code.matchAll(/var<storage, \w+> (\w+)\s*:\s*array<(?:vec[24]<)?f32>/gu)];
  return Object.fromEntries(declared.map(([, name]) => [String(name), codec]));
}
