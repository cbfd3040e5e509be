/** Why a shader was refused, as a short word to count by. */
export type RefusalKind =
  | 'array-length'
  | 'atomic'
  | 'component'
  | 'element'
  | 'header'
  | 'missing'
  | 'name'
  | 'operator'
  | 'pointer'
  | 'read-only'
  | 'syntax'
  | 'whole-array';

const REFUSALS: Readonly<Record<RefusalKind, string>> = {
  'array-length': 'is asked for its length, which may count one element of padding',
  atomic: 'is atomic',
  component: 'is stored one component at a time, which may touch its neighbours',
  element: 'must be an array of f32, vec2<f32> or vec4<f32> without a length',
  header: 'is changed in place in the header of a loop',
  missing: 'must be a storage binding of this shader',
  name: 'cannot be told apart: the shader gives a second meaning to a name that is needed',
  operator: 'is changed by an operator that floats do not have',
  pointer: 'has its address taken',
  'read-only': 'is stored to, but declared for reading only',
  syntax: 'stands in a shader that this pass cannot read',
  'whole-array': 'is used without an index',
};

/**
 * Says that a shader holds something that the lowering does not understand, so that nothing wrong is compiled.
 *
 * Caught by the backend, which keeps the tensor in float32 and counts it.
 */
export class LoweringError extends Error {
  override readonly name = 'LoweringError';
  /** A short word to count by. */
  readonly kind: RefusalKind;
  /** The binding at fault, or an empty string when the shader as a whole is. */
  readonly binding: string;
  /** Line of the shader, counted from 1. */
  readonly line: number;

  constructor(kind: RefusalKind, at: { readonly binding: string; readonly wgsl: string; readonly offset: number; readonly got?: string }) {
    const line = lineOf(at.wgsl, at.offset);
    const subject = at.binding === '' ? 'the binding' : `binding ${at.binding}`;
    super(
      `[webgpu] ${subject} ${REFUSALS[kind]}, got ${at.got ?? `\`${excerpt(at.wgsl, at.offset)}\` in line ${line} of the shader`}. Keep its tensor in float32.`,
    );
    this.kind = kind;
    this.binding = at.binding;
    this.line = line;
  }
}

function lineOf(wgsl: string, offset: number): number {
  let line = 1;
  for (let at = wgsl.indexOf('\n'); at !== -1 && at < offset; at = wgsl.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The rest of the line from `offset` on, without its end. */
function excerpt(wgsl: string, offset: number): string {
  const end = wgsl.indexOf('\n', offset);
  return wgsl
    .slice(offset, end === -1 ? undefined : end)
    .trim()
    .slice(0, 60);
}
