import { webgpuSwitches } from '../../consumers/src/chromium.mjs';

/** @typedef {(typeof browserKinds)[keyof typeof browserKinds]} BrowserKind */

/** The browsers that a reader may have: by which program of set-up they are stood for, and what Halftone does in them. */
export const browserKinds = /** @type {const} */ ({
  f16: { title: 'with shader-f16', variable: 'HALFTONE_BROWSER_F16', switches: webgpuSwitches, codec: 'f16' },
  packed: { title: 'without shader-f16', variable: 'HALFTONE_BROWSER', switches: webgpuSwitches, codec: 'packed-f16' },
  none: { title: 'without WebGPU', variable: 'HALFTONE_BROWSER', switches: [], codec: undefined },
});
