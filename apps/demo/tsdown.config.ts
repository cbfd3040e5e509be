import { defineConfig } from 'tsdown';

/** Programs and not a library: one file for each process, dependencies left where npm put them. */
export default defineConfig({
  entry: ['src/cli.ts', 'src/run.ts', 'src/device-process.ts', 'src/check-training.ts', 'src/check-node-training.ts', 'src/five-seeds.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: false,
  clean: true,
  fixedExtension: true,
  deps: { alwaysBundle: [/^@halftone\/data/] }, // it is written in TypeScript and has no build of its own
});
