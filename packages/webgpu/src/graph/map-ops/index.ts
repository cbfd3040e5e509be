export { convertValue, mapTypes } from './convert.ts';
export { mapOps } from './table.ts';
export type { Width } from './words.ts';
