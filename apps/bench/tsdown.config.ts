import { defineConfig } from 'tsdown';

/** Programs and not a library: dependencies are left where npm put them. */
export default defineConfig({
  entry: {
    cli: 'src/cli.ts',
    budgets: 'src/budgets-suite.ts',
    'check-curves': 'src/curves/check-curves.ts',
    'curve-run': 'src/curves/run.ts',
    'whole-curves': 'src/curves/whole-curves.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: false,
  clean: true,
  fixedExtension: true,
});
