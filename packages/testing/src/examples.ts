export { examplesIn, packageExamples, type Example } from './examples/find-examples.ts';
export { promisedValues } from './examples/promise.ts';
export { runExample, type CheckedLine, type ExampleRun, type ExampleSurroundings } from './examples/run-example.ts';
