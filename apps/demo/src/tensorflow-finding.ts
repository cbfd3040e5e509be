import type { HalfPrecision } from '@halftone/policy';

/** The TensorFlow that tfjs-node brings on this machine, or why there is none. */
export type TensorflowFinding =
  | {
      readonly version: string;
      readonly device: 'cpu' | 'gpu';
      /** The 16-bit formats that it computes in there. */
      readonly formats: readonly HalfPrecision[];
    }
  | { readonly problem: string };

/**
 * Loads TensorFlow through tfjs-node and asks what it can do.
 *
 * Takes a second. Where it cannot be loaded nothing is thrown: it is a finding, in the one line that the plug-in says.
 */
export async function findTensorflow(): Promise<TensorflowFinding> {
  try {
    const { registerNode } = await import('@halftone/node');
    const handle = await registerNode();
    const { version, device, formats } = handle.capabilities;
    handle.dispose();
    return { version, device, formats };
  } catch (error) {
    return { problem: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}
