// Every job of this workspace through the JavaScript of tfjs-node-gpu:
//   NODE_OPTIONS="--require ./packages/node/test/through-gpu-package.cjs" npx vitest run --project tensorflow
// Whoever asks for either package, by require or by import, gets the one that is installed as `tfjs-node-gpu`, with the addon that
// set-up placed there.
const Module = require('node:module');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');

const home = dirname(require.resolve('tfjs-node-gpu/package.json'));
const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function (request, ...rest) {
  const [, file] = /^@tensorflow\/tfjs-node(?:-gpu)?(\/.*)?$/.exec(request) ?? [undefined, null];
  return resolveFilename.call(this, file === null ? request : join(home, file ?? ''), ...rest);
};

const main = pathToFileURL(require.resolve('tfjs-node-gpu')).href;
const hooks = `export const resolve = (specifier, context, next) =>
  next(/^@tensorflow\\/tfjs-node(-gpu)?$/.test(specifier) ? ${JSON.stringify(main)} : specifier, context);`;
Module.register(`data:text/javascript,${encodeURIComponent(hooks)}`);
