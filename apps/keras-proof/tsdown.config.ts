import { defineConfig } from 'tsdown';

/** A program and not a library: dependencies are left where npm put them. */
export default defineConfig({
  entry: ['src/check-keras.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: false,
  clean: true,
  fixedExtension: true,
});
