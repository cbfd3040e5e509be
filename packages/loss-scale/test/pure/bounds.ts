/** The widest bounds that a dynamic scale may have: the systems that have no floor and no ceiling. */
export const WITHOUT_BOUNDS: { readonly minScale: number; readonly maxScale: number } = {
  minScale: 2 ** -126,
  maxScale: (2 - 2 ** -23) * 2 ** 127,
};
