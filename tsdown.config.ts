import { defineConfig } from 'tsdown';

/** One build for every package: ESM, one rolled-up declaration file, sources left unbundled from their peers. */
export default defineConfig({
  cwd: process.cwd(), // the package that runs the build, not the folder of this file
  entry: ['src/index.ts'],
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  clean: true,
  fixedExtension: true,
  treeshake: true,
});
