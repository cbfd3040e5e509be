export { goldenBytes, goldenJson } from './golden.ts';
