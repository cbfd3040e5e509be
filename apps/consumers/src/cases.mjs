/** @import { ProjectName } from './projects.mjs' */
/** @import { Need } from '../../setup/src/needs.mjs' */

/**
 * A program under cases/, in which folder it runs and what it needs. `page` runs it in the browser, bundled.
 * @typedef {{ readonly name: string, readonly program: string, readonly project: ProjectName, readonly args?: readonly string[], readonly needs?: readonly Need[], readonly page?: boolean }} Case
 */

/** What is run in each installation, by npm and by pnpm. @type {readonly Case[]} */
export const cases = [
  { name: 'float16 without tfjs', program: 'float16', project: 'float16' },
  { name: 'float16 without tfjs, bundled, in a browser', program: 'float16', project: 'float16', page: true, needs: ['browser'] },
  { name: 'loss-scale alone', program: 'loss-scale', project: 'loss-scale' },
  { name: 'policy alone', program: 'policy', project: 'policy' },
  { name: 'optimizer on stock cpu', program: 'optimizer', project: 'optimizer', args: ['cpu'] },
  { name: 'optimizer on stock wasm', program: 'optimizer', project: 'everything', args: ['wasm'] },
  { name: 'optimizer on stock webgpu', program: 'optimizer', project: 'everything', args: ['webgpu'], needs: ['vulkan'] },
  { name: 'optimizer on halftone-webgpu', program: 'optimizer', project: 'everything', args: ['halftone-webgpu'], needs: ['vulkan'] },
  { name: 'optimizer on halftone-emulate', program: 'optimizer', project: 'everything', args: ['halftone-emulate'] },
  { name: 'optimizer on stock tfjs-node', program: 'optimizer', project: 'tfjs-node', args: ['tensorflow'], needs: ['tensorflow'] },
  { name: 'node plug-in on tfjs-node', program: 'node', project: 'node', needs: ['tensorflow'] },
  { name: 'optimizer on halftone-node', program: 'optimizer', project: 'node', args: ['halftone-node'], needs: ['tensorflow'] },
  { name: 'optimizer on stock webgl with half textures', program: 'webgl-half', project: 'everything', page: true, needs: ['browser'] },
  { name: 'webgpu without optimizer', program: 'webgpu', project: 'webgpu', needs: ['vulkan'] },
  { name: 'autocast and emulate', program: 'emulate', project: 'emulate' },
  { name: 'models on halftone-emulate', program: 'models', project: 'models' },
  { name: 'two plug-ins, switched', program: 'two-plugins', project: 'everything', needs: ['vulkan'] },
  { name: 'halftone by sub-path', program: 'umbrella', project: 'everything' },
  { name: 'importing changes nothing', program: 'imports', project: 'everything' },
  { name: 'require() from CommonJS', program: 'require', project: 'everything' },
];

/**
 * An installation that went wrong: a second copy lies below one of our packages.
 * @typedef {{ readonly name: string, readonly program: string, readonly project: ProjectName, readonly args?: readonly string[], readonly copy: string, readonly below: string, readonly change?: readonly [from: string, to: string], readonly needs?: readonly Need[] }} Clash
 */

/** @type {readonly Clash[]} */
export const clashes = [
  {
    name: 'two copies of tfjs-core: one clear error',
    program: 'two-cores',
    project: 'webgpu',
    copy: '@tensorflow/tfjs-core',
    below: '@halftone/webgpu',
    needs: ['vulkan'],
  },
  {
    name: 'two copies of tfjs-core and the optimizer: it works on',
    program: 'optimizer',
    project: 'optimizer',
    args: ['cpu'],
    copy: '@tensorflow/tfjs-core',
    below: '@halftone/optimizer',
  },
  {
    name: 'two copies of one version of autocast: they agree',
    program: 'two-autocasts',
    project: 'webgpu',
    copy: '@halftone/autocast',
    below: '@halftone/webgpu',
    needs: ['vulkan'],
  },
  {
    name: 'two versions of autocast: one clear error',
    program: 'other-autocast',
    project: 'webgpu',
    copy: '@halftone/autocast',
    below: '@halftone/webgpu',
    change: ['const VERSION = 3;', 'const VERSION = 4;'],
    needs: ['vulkan'],
  },
];
