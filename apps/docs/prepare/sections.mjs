/**
 * A section of the site: a folder of texts and the order in which a newcomer reads them. A page that the order does not name follows
 * by its name in the alphabet; a name without a page takes no place.
 * @typedef {{ readonly folder: string, readonly label: string, readonly about: string, readonly order: readonly string[] }} Section
 */

/** The texts of docs/, in the order of the sidebar. */
export const sections = /** @type {const} @satisfies {readonly Section[]} */ ([
  {
    folder: 'tutorials',
    label: 'Tutorials',
    about: 'Whole programs, from the first line to a table and a picture. Each runs in the page, in Node, and in continuous integration.',
    order: ['three-lines', 'custom-loop', 'segmentation', 'language', 'transfer', 'detection', 'edge', 'cuda', 'op-lists', 'fault-finding'],
  },
  {
    folder: 'how-to',
    label: 'How-to',
    about: 'One task, one page, for those who know already what they want.',
    order: [
      'choose-a-policy',
      'clip-and-accumulate',
      'debug-nan',
      'batch-size',
      'fine-tune',
      'save-in-half',
      'checkpoints',
      'web-workers',
      'use-without-webgpu',
      'cuda',
      'keras',
    ],
  },
  {
    folder: 'explanation',
    label: 'Explanation',
    about: 'How it works and why it is so: formats, scaling, which ops are safe, what speed to expect.',
    order: [
      'how-it-fits',
      'number-formats',
      'loss-scaling',
      'which-ops-are-safe',
      'what-speed-to-expect',
      'when-it-does-not-pay',
      'compared',
      'fusion',
      'lifetimes',
      'interleaving',
      'graph-models',
      'tensorflow',
    ],
  },
  {
    folder: 'migrations',
    label: 'Migrations',
    about: 'For people who know mixed precision from elsewhere: the word there, the word here.',
    order: ['from-pytorch-amp', 'from-keras'],
  },
  {
    folder: 'reference',
    label: 'Reference',
    about: 'Every package, every export, every measured result.',
    order: ['results', 'benchmarks'],
  },
  {
    folder: 'decisions',
    label: 'Decisions',
    about: 'What was decided, why, and what it costs, in the order in which it was decided.',
    order: [],
  },
]);

/** Packages in the order in which someone meets them. */
export const packagesForReaders = [
  'webgpu',
  'models',
  'optimizer',
  'autocast',
  'emulate',
  'node',
  'policy',
  'loss-scale',
  'float16',
  'halftone',
  'testing',
];

/**
 * Puts names in an order; what it does not name follows in the alphabet.
 *
 * Pure.
 *
 * @param {readonly string[]} names
 * @param {readonly string[]} order
 * @returns {string[]}
 */
export function inOrder(names, order) {
  const place = /** @param {string} name */ (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return names.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}
