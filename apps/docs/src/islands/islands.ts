/** What a page calls when it finds `<div data-island="NAME">`. */
export interface Island {
  mount(element: HTMLElement): void | Promise<void>;
}

/** The interactive parts by name. Each is a chunk of its own, loaded where its element stands and nowhere else. */
export const islands: Readonly<Record<string, () => Promise<Island>>> = {
  device: () => import('@halftone/explorables/device'),
  formats: () => import('@halftone/explorables/formats'),
  'loss-scale': () => import('@halftone/explorables/loss-scale'),
  playground: () => import('@halftone/playground'),
  tutorial: () => import('@halftone/tutorials/page'),
};
