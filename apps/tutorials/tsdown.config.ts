import { defineConfig } from 'tsdown';

/** Programs and not a library: dependencies are left where npm put them. The page is compiled by the site. */
export default defineConfig({
  entry: { cli: 'src/cli.ts', 'check-tutorials': 'src/check-tutorials.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: false,
  clean: true,
  fixedExtension: true,
  deps: { alwaysBundle: [/^@halftone\/data/] }, // it is written in TypeScript and has no build of its own
});
