/** Kernels of ours that a driver cannot run; tfjs's own take their place there. */
const AVOIDED: readonly { readonly driver: RegExp; readonly kernels: readonly string[]; readonly why: string }[] = [
  {
    driver: /swiftshader/i,
    kernels: ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'],
    why: 'SwiftShader in Chromium 156 never ends the dispatch of the filter gradient, and reports no error',
  },
];

/** Names of our kernels that this adapter must not be given. */
export function avoidedKernels(info: Pick<GPUAdapterInfo, 'architecture' | 'description'>): ReadonlySet<string> {
  const text = `${info.architecture} ${info.description}`;
  return new Set(AVOIDED.filter(({ driver }) => driver.test(text)).flatMap(({ kernels }) => kernels));
}
