export type { Codec, Element, Lowered, LoweredBinding, LowerOptions, LowerRequest } from './request.ts';
export { lower } from './lower.ts';
export { LoweringError, type RefusalKind } from './lowering-error.ts';
