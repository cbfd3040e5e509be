import { askNode } from './ask-node.ts';

/** Bytes that become text by `toString()`, as Node's do. */
class Bytes extends Uint8Array<ArrayBuffer> {
  override toString(): string {
    return new TextDecoder().decode(this);
  }
}

export const gunzipSync = (bytes: Uint8Array<ArrayBuffer>): Uint8Array => new Bytes(askNode('gunzip', bytes).buffer);
