// `node apps/setup/src/prepare.mjs lavapipe|chromium|tensorflow|keras|node-24`: brings one thing and prints its environment as JSON on stdout.
import { orOneLine, SetupError } from './say.mjs';

/** @type {Record<string, () => Promise<Record<string, string>>>} */
const things = {
  lavapipe: async () => (await import('./lavapipe.mjs')).lavapipe(),
  chromium: async () => (await import('./chromium.mjs')).chromium(),
  tensorflow: async () => (await import('./tensorflow-addon.mjs')).workspaceTensorflow(),
  keras: async () => (await import('./keras.mjs')).keras(),
  'node-24': async () => (await import('./node-24-program.mjs')).node24(),
};

await orOneLine(async () => {
  const name = process.argv[2] ?? '';
  const thing = Object.hasOwn(things, name) ? things[name] : undefined;
  if (!thing) throw new SetupError(`prepare knows ${Object.keys(things).join(', ')}, got ${name || 'nothing'}.`);
  const env = await thing().catch((error) => {
    throw error instanceof SetupError ? new SetupError(`${name} cannot be had: ${error.message}`) : error;
  });
  console.log(JSON.stringify(env));
});
