import type { Storage } from '@halftone/autocast';
import { halfBytes } from '../storage-data.ts';

/** The usage of every buffer of a tensor: `STORAGE | COPY_SRC | COPY_DST`. */
export const STORAGE_USAGE: GPUBufferUsageFlags = 0x80 | 0x4 | 0x8;

/** Bytes of a slot's buffer. */
export function slotBytes({ size, storage }: { readonly size: number; readonly storage: Storage }): number {
  return storage === 'float32' ? size * 4 : halfBytes(size);
}
