export { parseIdx, readIdx, type IdxArray } from './idx-file.ts';
export { membraneFiles } from './membrane-files.ts';
export { mnistData } from './mnist.ts';
export { textFile } from './text-file.ts';
