/** @typedef {(typeof browserKinds)[keyof typeof browserKinds]} BrowserKind */

/** WebGPU on a CPU driver is behind a switch. */
const webgpu = ['--enable-unsafe-webgpu', '--enable-webgpu-developer-features'];

/** The browsers that a reader may have: by which program of set-up they are stood for, and what Halftone does in them. */
export const browserKinds = /** @type {const} */ ({
  f16: { title: 'with shader-f16', variable: 'HALFTONE_BROWSER_F16', switches: webgpu, codec: 'f16' },
  packed: { title: 'without shader-f16', variable: 'HALFTONE_BROWSER', switches: webgpu, codec: 'packed-f16' },
  none: { title: 'without WebGPU', variable: 'HALFTONE_BROWSER', switches: [], codec: undefined },
});

/** The two that train on a device. */
export const deviceKinds = /** @type {const} */ ([browserKinds.f16, browserKinds.packed]);
