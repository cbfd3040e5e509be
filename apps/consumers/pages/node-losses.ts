// The same training in Node, on Dawn; prints its losses as JSON.
import { useWebGPU } from '@halftone/webgpu';
import { trainSmallCnn } from './small-cnn.ts';

const handle = await useWebGPU();
const losses = { float32: await trainSmallCnn('float32', 10), mixed_float16: await trainSmallCnn('mixed_float16', 10) };
handle.dispose();
console.log(JSON.stringify(losses));
process.exit(0); // Dawn keeps a thread
