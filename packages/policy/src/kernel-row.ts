import type { OpClass } from './op-class.ts';

/** What is known about one kernel of tfjs. */
export interface KernelRow {
  /** Its class when a policy computes in float16. */
  readonly float16: OpClass;
  /** Its class when a policy computes in bfloat16, which has the range of float32 and may do more. */
  readonly bfloat16: OpClass;
  /** Set where the result stays float32 whatever comes in: filter gradients, which feed float32 masters. */
  readonly output?: 'float32';
  /** The reason, as a short phrase. */
  readonly why: string;
}
