/** How a half number lies in a buffer: a native f16, or 16 bits of a u32 that holds two. */
export type Codec = 'f16' | 'packed-f16' | 'bfloat16';

/** What one element of a binding is in the shader's own arithmetic. */
export type Element = 'f32' | 'vec2<f32>' | 'vec4<f32>';

/** How numbers are converted; what the start-up probe of the device found out decides. */
export interface LowerOptions {
  /**
   * float32 to half. `software` (default) is round to nearest even in u32 arithmetic: subnormals exact, NaN stays NaN.
   * `hardware` is whatever the device does in `f16()` and `pack2x16float()`. bfloat16 is always software.
   */
  readonly narrow?: 'hardware' | 'software';
  /** Half to float32: `software` (default) in u32 arithmetic, exact; `hardware` by `f32()` and `unpack2x16float()`. */
  readonly widen?: 'hardware' | 'software';
  /** Beyond the largest finite number: `infinity` (default), or `saturate` to it, infinities included. */
  readonly overflow?: 'infinity' | 'saturate';
}

/** Which storage bindings of a shader hold half numbers, by name, and how. */
export interface LowerRequest {
  readonly bindings: Readonly<Record<string, Codec>>;
  readonly options?: LowerOptions;
}

/** One binding that was lowered. */
export interface LoweredBinding {
  readonly name: string;
  readonly codec: Codec;
  readonly element: Element;
}

/** A lowered shader. */
export interface Lowered {
  readonly code: string;
  /** WGSL extensions that the code enables; the device must have been made with their features (`f16`: `shader-f16`). */
  readonly enables: readonly string[];
  readonly lowered: readonly LoweredBinding[];
}

const CODECS: readonly string[] = ['f16', 'packed-f16', 'bfloat16'] satisfies Codec[];
const CHOICES = {
  narrow: ['hardware', 'software'],
  widen: ['hardware', 'software'],
  overflow: ['infinity', 'saturate'],
} as const satisfies { [K in keyof Required<LowerOptions>]: readonly NonNullable<LowerOptions[K]>[] };

/** Checks a request and fills in the defaults. */
export function resolveOptions({ bindings, options = {} }: LowerRequest): Required<LowerOptions> {
  for (const [name, codec] of Object.entries(bindings)) {
    if (!CODECS.includes(codec))
      throw new TypeError(`[webgpu] codec of binding ${name} is unknown, got ${String(codec)}. Use ${CODECS.join(', ')}.`);
  }
  for (const [name, value] of Object.entries(options)) {
    const choices: readonly string[] | undefined = Object.hasOwn(CHOICES, name) ? CHOICES[name as keyof typeof CHOICES] : undefined;
    if (choices === undefined)
      throw new TypeError(`[webgpu] option of the lowering is unknown, got ${name}. Use ${Object.keys(CHOICES).join(', ')}.`);
    if (value !== undefined && !choices.includes(String(value))) {
      throw new TypeError(`[webgpu] option ${name} of the lowering is unknown, got ${String(value)}. Use ${choices.join(' or ')}.`);
    }
  }
  return { narrow: options.narrow ?? 'software', widen: options.widen ?? 'software', overflow: options.overflow ?? 'infinity' };
}
