/** A program: saves four megabytes into the folder of its first argument, and prints the error. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { saveCheckpoint } from '../src/index.ts';

await tf.setBackend('cpu');
await saveCheckpoint({ variables: { w: tf.variable(tf.ones([1e6])) } }, process.argv[2] as string).catch((error: unknown) =>
  console.log(String(error)),
);
