/** A number format that a policy can name. */
export type Precision = 'float32' | 'float16' | 'bfloat16';

/** The formats of 16 bits. */
export type HalfPrecision = 'float16' | 'bfloat16';

/** Every precision, widest first. */
export const PRECISIONS: readonly Precision[] = ['float32', 'float16', 'bfloat16'];
