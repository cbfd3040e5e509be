// `npm run bench -- COMMAND`: a file that exists before the build, as set-up asks for the script first and builds then.
await import('./dist/cli.mjs');
