/** What a value is in the WGSL of an elementwise op: `f` is f32 (or vec4<f32>), `b` bool (or vec4<bool>), `i` i32 (or vec4<i32>). */
export type MapType = 'f' | 'b' | 'i';

/** One elementwise op, as data. */
export interface MapOp {
  readonly args: readonly MapType[];
  readonly result: MapType;
  /**
   * The WGSL expression for these argument names. With `width` 4 every argument is a vec4, and the text must be right for
   * vectors: `select`, component-wise operators, constants spelled by `splat`.
   */
  readonly code: (args: readonly string[], width: 1 | 4) => string;
  /** Functions that the expression calls, by name; each text is right for scalars, `width` 4 has its own name and text. */
  readonly functions?: (width: 1 | 4) => Readonly<Record<string, string>>;
}

/** A constant of the width: `1.0` or `vec4<f32>(1.0)`. */
export function splat(value: string, width: 1 | 4, type: 'f32' | 'i32' | 'u32' | 'bool' = 'f32'): string {
  return width === 1 ? value : `vec4<${type}>(${value})`;
}
